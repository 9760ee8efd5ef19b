import type { FastifyInstance, FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Recognizer } from '../recognition/contract.ts';
import type { Faults } from '../faults/faults.ts';
import { checkCredentials } from './credentials.ts';
import { GoogleError } from './google-error.ts';
import { AUDIO_ENCODINGS, SSML_GENDERS } from './speech-synthesis.ts';
import type { SynthesisVoices } from './speech-synthesis.ts';
import { recognizeRecording } from './speech-service.ts';
import { answerSynthesis } from './synthesis-service.ts';
import { listVoices } from './voice-catalogue.ts';

export interface GoogleRestOptions {
  readonly apiKeys: readonly string[];
  readonly voices: SynthesisVoices;
  readonly recognizer: Recognizer;
  readonly faults: Faults;
}

const SPEECH_ENCODINGS = [
  'ENCODING_UNSPECIFIED',
  'LINEAR16',
  'FLAC',
  'MULAW',
  'AMR',
  'AMR_WB',
  'OGG_OPUS',
  'SPEEX_WITH_HEADER_BYTE',
  'MP3',
  'WEBM_OPUS',
] as const;

/** proto3's JSON mapping takes the name or the number of an enum. */
const enumOf = (names: readonly (string | undefined)[]) =>
  z.union([z.string(), z.number().int()]).transform((value, context) => {
    const name = typeof value === 'number' ? names[value] : names.find((each) => each === value);
    if (name !== undefined) return name;
    context.addIssue({ code: 'custom', message: `Invalid value: ${value}` });
    return z.NEVER;
  });

const base64 = z
  .string()
  .regex(/^[A-Za-z0-9+/_-]*={0,2}$/, 'Base64 decoding failed')
  .transform((text): Uint8Array => Buffer.from(text, 'base64'));

const synthesizeBody = z.strictObject({
  input: z
    .strictObject({
      text: z.string().optional(),
      ssml: z.string().optional(),
      markup: z.string().optional(),
    })
    .optional(),
  voice: z
    .strictObject({
      languageCode: z.string().optional(),
      name: z.string().optional(),
      ssmlGender: enumOf(SSML_GENDERS).optional(),
    })
    .optional(),
  audioConfig: z
    .strictObject({
      audioEncoding: enumOf(AUDIO_ENCODINGS).optional(),
      speakingRate: z.number().optional(),
      pitch: z.number().optional(),
      volumeGainDb: z.number().optional(),
      sampleRateHertz: z.number().int().optional(),
      effectsProfileId: z.array(z.string()).optional(),
    })
    .optional(),
});

const recognizeBody = z.strictObject({
  config: z
    .strictObject({
      encoding: enumOf(SPEECH_ENCODINGS).default('ENCODING_UNSPECIFIED'),
      sampleRateHertz: z.number().int().default(0),
      audioChannelCount: z.number().int().default(0),
      languageCode: z.string().default(''),
      alternativeLanguageCodes: z.array(z.string()).optional(),
      maxAlternatives: z.number().int().default(0),
      profanityFilter: z.boolean().optional(),
      speechContexts: z
        .array(z.strictObject({ phrases: z.array(z.string()), boost: z.number().default(0) }))
        .optional(),
      enableWordTimeOffsets: z.boolean().default(false),
      enableWordConfidence: z.boolean().default(false),
      enableAutomaticPunctuation: z.boolean().default(false),
      model: z.string().default(''),
      useEnhanced: z.boolean().default(false),
    })
    .optional(),
  audio: z.strictObject({ content: base64.optional(), uri: z.string().optional() }).optional(),
});

const voicesQuery = z.object({ languageCode: z.string().default('') });

/** Durations are strings of seconds in proto3's JSON mapping. */
function toJson(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value !== 'object' || value === null) return value;
  const fields = value as Record<string, unknown>;
  if (typeof fields['seconds'] === 'string' && typeof fields['nanos'] === 'number') {
    return `${Number(fields['seconds']) + fields['nanos'] / 1e9}s`;
  }
  return Object.fromEntries(Object.entries(fields).map(([key, each]) => [key, toJson(each)]));
}

function readBody<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const at = issue?.path.join('.') ?? '';
  if (issue?.code === 'unrecognized_keys') {
    const where = at === '' ? '' : ` at '${at}'`;
    throw GoogleError.invalid(
      `Invalid JSON payload received. Unknown name "${issue.keys[0]}"${where}: Cannot find field.`,
    );
  }
  throw GoogleError.invalid(`Invalid value at '${at}', ${issue?.message ?? 'unknown'}`);
}

/** Sends an error as Google's REST front end does. Also for what the framework refuses. */
export function sendGoogleError(error: unknown, reply: FastifyReply): FastifyReply {
  if (error instanceof GoogleError) return reply.code(error.httpStatus).send(error.toBody());
  if (error instanceof z.ZodError)
    return sendGoogleError(GoogleError.invalid('Request contains an invalid argument.'), reply);
  const status = (error as { statusCode?: unknown }).statusCode;
  const message = error instanceof Error ? error.message : String(error);
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return sendGoogleError(GoogleError.invalid(`Invalid JSON payload received. ${message}`), reply);
  }
  return sendGoogleError(new GoogleError('INTERNAL', message), reply);
}

/** `x-goog-api-key` or `?key=`. */
export function shownCredentials(request: FastifyRequest) {
  const header = request.headers['x-goog-api-key'];
  const { key } = request.query as { key?: unknown };
  return {
    apiKey: typeof header === 'string' ? header : typeof key === 'string' ? key : undefined,
    authorization: request.headers.authorization,
  };
}

/** Text-to-Speech and unary Speech-to-Text over REST, at the paths of googleapis.com. */
export const googleRest: FastifyPluginCallback<GoogleRestOptions> = (
  app: FastifyInstance,
  options,
  done,
) => {
  const { apiKeys, voices, recognizer, faults } = options;
  const authenticate =
    (service: string) =>
    async (request: FastifyRequest): Promise<void> =>
      checkCredentials(shownCredentials(request), { apiKeys, service });
  const synthesis = { onRequest: authenticate('texttospeech.googleapis.com') };
  app.setErrorHandler((error, _request, reply) => sendGoogleError(error, reply));

  app.get('/v1/voices', synthesis, (request) => {
    return { voices: listVoices(voicesQuery.parse(request.query).languageCode) };
  });

  app.post('/v1/text::synthesize', synthesis, async (request) => {
    const body = readBody(synthesizeBody, request.body);
    const audio = await answerSynthesis({ voices, faults }, body);
    return { audioContent: Buffer.from(audio).toString('base64') };
  });

  app.post(
    '/v1/speech::recognize',
    { onRequest: authenticate('speech.googleapis.com'), bodyLimit: 16 * 1024 * 1024 },
    (request) => {
      const body = readBody(recognizeBody, request.body);
      const failure = faults.takeFailure('speech');
      if (failure) throw GoogleError.fromCode(failure.code, failure.message);
      return toJson(recognizeRecording('v1', body, recognizer));
    },
  );
  done();
};
