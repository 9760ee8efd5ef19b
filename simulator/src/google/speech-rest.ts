import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Faults } from '../faults/faults.ts';
import { checkCredentials, checkPermission } from './credentials.ts';
import { GoogleError } from './google-error.ts';
import { speechMessages } from './messages.ts';
import type { OperationView, Operations } from './operations.ts';
import type { Message } from './proto-json.ts';
import { MOST_UNARY_BYTES } from './recording-service.ts';
import type { Caller, RecordingService } from './recording-service.ts';
import { checkEndpoint, recognizerOf } from './resource-names.ts';
import { sendAnswer, shownCredentials, wantsEnumNumbers } from './rest-front.ts';
import type { Principal, ServiceAccounts } from './service-accounts.ts';
import { V2_LOCATIONS, v2Offer } from './speech-models.ts';

export interface SpeechRestParts {
  readonly recordings: RecordingService;
  readonly operations: Operations;
  readonly accounts: ServiceAccounts;
  readonly apiKeys: readonly string[];
  readonly faults: Faults;
}

const SERVICE = 'speech.googleapis.com';
const V2 = 'google.cloud.speech.v2';
const OPERATION = 'google.longrunning.Operation';
const OPERATIONS = 'google.longrunning.ListOperationsResponse';
const LOCATION = /^projects\/([^/]+)\/locations\/([^/]+)/;

const callerOf = (principal: Principal | undefined): Caller => ({
  email: principal?.email,
});

/** Speech-to-Text at the paths of speech.googleapis.com. */
export function speechRoutes(app: FastifyInstance, parts: SpeechRestParts): void {
  const { recordings, operations, accounts, apiKeys, faults } = parts;
  const options = { bodyLimit: MOST_UNARY_BYTES };

  const principalOf = (request: FastifyRequest, principalOnly = false): Principal | undefined =>
    checkCredentials(shownCredentials(request), {
      apiKeys,
      service: SERVICE,
      accounts,
      principalOnly,
    });

  function send(reply: FastifyReply, typeName: string, message: object): FastifyReply {
    const numbers = wantsEnumNumbers(reply.request);
    const answer = speechMessages.write(typeName, message, numbers);
    return sendAnswer(reply, answer, faults, 'speech');
  }

  // MP3 is a beta feature, "only available in v1p1beta1" (cloud_speech.proto of v1).
  for (const [version, mp3] of [
    ['v1', false],
    ['v1p1beta1', true],
  ] as const) {
    const api = `google.cloud.speech.${version}`;

    app.post(`/${version}/speech::recognize`, options, async (request, reply) => {
      const caller = callerOf(principalOf(request));
      const message = speechMessages.read(`${api}.RecognizeRequest`, request.body);
      const answer = await recordings.recognize(message, caller, mp3);
      return send(reply, `${api}.RecognizeResponse`, answer);
    });

    app.post(`/${version}/speech::longrunningrecognize`, options, async (request, reply) => {
      const caller = callerOf(principalOf(request));
      const message = speechMessages.read(`${api}.LongRunningRecognizeRequest`, request.body);
      const operation = await recordings.longRunning(message, caller, { mp3, api });
      return send(reply, OPERATION, operation);
    });

    app.get(`/${version}/operations`, (request, reply) => {
      principalOf(request);
      const own = operations.list('').filter(({ name }) => !name.startsWith('projects/'));
      return send(reply, OPERATIONS, { operations: own });
    });

    app.get(`/${version}/operations/:name`, (request, reply) => {
      principalOf(request);
      const { name } = request.params as { name: string };
      return send(reply, OPERATION, operations.get(name));
    });
  }

  app.post('/v2/*', options, async (request, reply) => {
    const path = (request.params as { '*': string })['*'];
    const [, name = '', method = ''] = /^(.*):([a-zA-Z]+)$/.exec(path) ?? [];
    if (!name.includes('/recognizers/') || !(method in v2Methods)) throw notFound();
    const principal = principalOf(request, true);
    const { project, location } = recognizerOf(name);
    checkEndpoint(request.host, location);
    checkPermission(principal, project, 'speech.recognizers.recognize', name);
    const { request: requestType, response, run } = v2Methods[method as keyof typeof v2Methods];
    const message = speechMessages.read(`${V2}.${requestType}`, request.body);
    const answer = await run({ ...message, recognizer: name }, callerOf(principal));
    return send(reply, response, answer);
  });

  const v2Methods = {
    recognize: {
      request: 'RecognizeRequest',
      response: `${V2}.RecognizeResponse`,
      run: (message: Message, caller: Caller): Promise<object> =>
        recordings.recognizeV2(message, caller),
    },
    batchRecognize: {
      request: 'BatchRecognizeRequest',
      response: OPERATION,
      run: (message: Message, caller: Caller): OperationView => recordings.batch(message, caller),
    },
  } as const;

  app.get('/v2/*', (request, reply) => {
    const path = (request.params as { '*': string })['*'];
    const principal = principalOf(request, true);
    const listed = /^projects\/([^/]+)\/locations$/.exec(path)?.[1];
    if (listed !== undefined) {
      checkPermission(principal, listed, 'speech.locations.list', path);
      return reply.send({ locations: V2_LOCATIONS.map((id) => locationView(listed, id)) });
    }
    const [parent, project = '', location = ''] = LOCATION.exec(path) ?? [];
    const rest = path.slice(parent?.length ?? 0);
    if (parent === undefined) throw notFound();
    checkEndpoint(request.host, location);
    if (rest === '/operations') {
      checkPermission(principal, project, 'speech.operations.list', path);
      return send(reply, OPERATIONS, { operations: operations.list(`${parent}/operations/`) });
    }
    if (rest.startsWith('/operations/')) {
      checkPermission(principal, project, 'speech.operations.get', path);
      return send(reply, OPERATION, operations.get(path));
    }
    if (rest !== '') throw notFound();
    checkPermission(principal, project, 'speech.locations.get', path);
    if (!V2_LOCATIONS.includes(location)) throw notFound();
    return reply.send(locationView(project, location));
  });
}

const notFound = (): GoogleError => new GoogleError('NOT_FOUND', 'Requested entity was not found.');

/** `google.cloud.location.Location` with what `LocationsMetadata` tells of it. */
function locationView(project: string, id: string): object {
  const models = [...v2Offer(id)].map(([language, offered]) => {
    const modelFeatures = [...offered].map(([model, features]) => {
      const modelFeature = features.map((feature) => ({ feature, releaseState: 'GA' }));
      return [model, { modelFeature }];
    });
    return [language, { modelFeatures: Object.fromEntries(modelFeatures) as object }];
  });
  return {
    name: `projects/${project}/locations/${id}`,
    locationId: id,
    metadata: {
      '@type': `type.googleapis.com/${V2}.LocationsMetadata`,
      languages: { models: Object.fromEntries(models) as object },
    },
  };
}
