import type { FastifyPluginCallback } from 'fastify';
import type { Faults } from '../faults/faults.ts';
import type { CloudStorage } from './cloud-storage.ts';
import type { Operations } from './operations.ts';
import type { RecordingService } from './recording-service.ts';
import { sendGoogleError } from './rest-front.ts';
import type { ServiceAccounts } from './service-accounts.ts';
import { speechRoutes } from './speech-rest.ts';
import type { SynthesisVoices } from './speech-synthesis.ts';
import { storageRoutes } from './storage-rest.ts';
import { synthesisRoutes } from './synthesis-rest.ts';
import { tokenRoutes } from './token-rest.ts';

export { sendGoogleError, shownCredentials } from './rest-front.ts';

export interface GoogleRestOptions {
  readonly apiKeys: readonly string[];
  readonly accounts: ServiceAccounts;
  readonly voices: SynthesisVoices;
  readonly recordings: RecordingService;
  readonly operations: Operations;
  readonly storage: CloudStorage;
  readonly faults: Faults;
}

/** Speech-to-Text, Text-to-Speech, Cloud Storage and the token endpoint, over REST. */
export const googleRest: FastifyPluginCallback<GoogleRestOptions> = (app, options, done) => {
  app.setErrorHandler((error, _request, reply) => sendGoogleError(error, reply));
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, parsed) => parsed(null, body),
  );
  tokenRoutes(app, options.accounts);
  synthesisRoutes(app, options);
  speechRoutes(app, options);
  app.register((scope, _options, registered) => {
    storageRoutes(scope, options);
    registered();
  });
  done();
};
