import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Faults } from '../faults/faults.ts';
import { checkCredentials } from './credentials.ts';
import { GoogleError } from './google-error.ts';
import { synthesisMessages } from './messages.ts';
import { sendAnswer, shownCredentials, wantsEnumNumbers } from './rest-front.ts';
import type { ServiceAccounts } from './service-accounts.ts';
import { NO_PITCH } from './speech-synthesis.ts';
import type { SynthesisVoices } from './speech-synthesis.ts';
import { answerSynthesis, throwPlannedFailure } from './synthesis-service.ts';
import { listVoices } from './voice-catalogue.ts';

export interface SynthesisRestParts {
  readonly voices: SynthesisVoices;
  readonly faults: Faults;
  readonly accounts: ServiceAccounts;
  readonly apiKeys: readonly string[];
}

const SERVICE = 'texttospeech.googleapis.com';
const API = 'google.cloud.texttospeech.v1';
const voicesQuery = z.object({ languageCode: z.string().default('') });

const pitchBody = z.object({
  voice: z.object({ name: z.string().includes('-Chirp3-HD-') }),
  audioConfig: z.object({ pitch: z.number() }),
});

/** Chirp 3 HD minds that a pitch is given at all, be it 0: only the JSON still shows it. */
function refusePitchOfChirp(body: unknown): void {
  if (pitchBody.safeParse(body).success) throw GoogleError.invalid(NO_PITCH);
}

/** Text-to-Speech at the paths of texttospeech.googleapis.com. */
export function synthesisRoutes(app: FastifyInstance, parts: SynthesisRestParts): void {
  const { voices, faults, accounts, apiKeys } = parts;

  const authenticate = (request: FastifyRequest): void => {
    checkCredentials(shownCredentials(request), { apiKeys, service: SERVICE, accounts });
  };

  function send(reply: FastifyReply, typeName: string, message: object): FastifyReply {
    const numbers = wantsEnumNumbers(reply.request);
    const answer = synthesisMessages.write(typeName, message, numbers);
    return sendAnswer(reply, answer, faults, 'textToSpeech');
  }

  app.get('/v1/voices', (request, reply) => {
    authenticate(request);
    throwPlannedFailure(faults);
    const { languageCode } = voicesQuery.parse(request.query);
    const found = listVoices(languageCode);
    return send(reply, `${API}.ListVoicesResponse`, { voices: found });
  });

  app.post('/v1/text::synthesize', async (request, reply) => {
    authenticate(request);
    const message = synthesisMessages.read(`${API}.SynthesizeSpeechRequest`, request.body);
    refusePitchOfChirp(request.body);
    const audioContent = await answerSynthesis({ voices, faults }, message);
    return send(reply, `${API}.SynthesizeSpeechResponse`, { audioContent });
  });
}
