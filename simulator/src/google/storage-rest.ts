import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { CloudStorage, StoredObject } from './cloud-storage.ts';
import { checkCredentials } from './credentials.ts';
import { GoogleError } from './google-error.ts';
import { shownCredentials } from './rest-front.ts';
import type { ServiceAccounts } from './service-accounts.ts';

export interface StorageRestParts {
  readonly storage: CloudStorage;
  readonly accounts: ServiceAccounts;
  readonly apiKeys: readonly string[];
}

const SERVICE = 'storage.googleapis.com';
const MOST_UPLOAD_BYTES = 512 * 1024 * 1024;
/** cloud.google.com/storage/docs/json_api/v1/status-codes */
const REASONS: Readonly<Record<number, string>> = {
  400: 'invalid',
  401: 'required',
  403: 'forbidden',
  404: 'notFound',
};

const bucketParams = z.object({ bucket: z.string() });
const objectParams = z.object({ bucket: z.string(), object: z.string() });
const uploadQuery = z.object({ uploadType: z.string().default(''), name: z.string().default('') });
const listQuery = z.object({ prefix: z.string().default('') });

/** Errors have a form of their own here. */
function sendStorageError(error: unknown, reply: FastifyReply): FastifyReply {
  const { httpStatus, message } =
    error instanceof GoogleError
      ? error
      : new GoogleError('INVALID_ARGUMENT', error instanceof Error ? error.message : 'Invalid');
  const reason = REASONS[httpStatus] ?? 'backendError';
  return reply.code(httpStatus).send({
    error: { code: httpStatus, message, errors: [{ message, domain: 'global', reason }] },
  });
}

function resource({ bucket, name, content, contentType, generation, createdAt }: StoredObject) {
  return {
    kind: 'storage#object',
    id: `${bucket}/${name}/${generation}`,
    name,
    bucket,
    generation,
    contentType,
    storageClass: 'STANDARD',
    size: String(content.length),
    timeCreated: createdAt,
    updated: createdAt,
  };
}

/** The part of Cloud Storage's JSON API that holds a recording while it is transcribed. */
export function storageRoutes(app: FastifyInstance, parts: StorageRestParts): void {
  const { storage, accounts, apiKeys } = parts;

  /** Who asks. An API key is nobody: buckets are not public. */
  function caller(request: FastifyRequest, permission: string): string {
    const shown = shownCredentials(request);
    if (shown.authorization === undefined) {
      throw new GoogleError(
        'UNAUTHENTICATED',
        `Anonymous caller does not have ${permission} access to the Google Cloud Storage object. Permission '${permission}' denied on resource (or it may not exist).`,
      );
    }
    const principal = checkCredentials(shown, { apiKeys, service: SERVICE, accounts });
    return principal?.email ?? '';
  }

  app.setErrorHandler((error, _request, reply) => sendStorageError(error, reply));
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.removeContentTypeParser(['application/json', 'text/plain']);

  app.post('/upload/storage/v1/b/:bucket/o', { bodyLimit: MOST_UPLOAD_BYTES }, (request, reply) => {
    const { bucket } = bucketParams.parse(request.params);
    const { uploadType, name } = uploadQuery.parse(request.query);
    const who = caller(request, 'storage.objects.create');
    if (uploadType !== 'media') {
      throw new GoogleError('UNIMPLEMENTED', 'The simulator takes uploads of type media only.');
    }
    if (name === '') throw GoogleError.invalid('Required');
    const content = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const contentType = request.headers['content-type'] ?? 'application/octet-stream';
    return reply.send(resource(storage.put(bucket, name, content, contentType, who)));
  });

  app.get('/storage/v1/b/:bucket/o', (request) => {
    const { bucket } = bucketParams.parse(request.params);
    const { prefix } = listQuery.parse(request.query);
    const items = storage.list(bucket, prefix, caller(request, 'storage.objects.list'));
    return { kind: 'storage#objects', ...(items.length > 0 ? { items: items.map(resource) } : {}) };
  });

  app.get('/storage/v1/b/:bucket/o/:object', (request, reply) => {
    const { bucket, object } = objectParams.parse(request.params);
    const found = storage.get(bucket, object, caller(request, 'storage.objects.get'));
    const { alt } = request.query as { alt?: unknown };
    if (alt !== 'media') return reply.send(resource(found));
    return reply.type(found.contentType).send(found.content);
  });

  app.delete('/storage/v1/b/:bucket/o/:object', (request, reply) => {
    const { bucket, object } = objectParams.parse(request.params);
    storage.delete(bucket, object, caller(request, 'storage.objects.delete'));
    return reply.code(204).send();
  });
}
