import { z } from 'zod';
import { tokensOf } from '../completion.ts';
import { checkFunctionSchema } from '../function-schema.ts';
import { OpenAiError } from '../openai-error.ts';

/**
 * The session of the Realtime API, strict as the API is: what it does not know it refuses.
 * After `RealtimeSessionCreateRequest` of openai 7.55.
 */
const VOICES = 'alloy ash ballad coral echo sage shimmer verse marin cedar'.split(' ');

/** Realtime models as of November 2026; the first is the one that new projects take. */
export const REALTIME_MODELS = [
  'gpt-realtime-2.1',
  'gpt-realtime-2.1-mini',
  'gpt-realtime-2',
  'gpt-realtime-1.5',
  'gpt-audio-1.5',
  'gpt-realtime',
  'gpt-realtime-2025-08-28',
  'gpt-realtime-mini',
  'gpt-realtime-mini-2025-12-15',
] as const;

const TRANSCRIPTION_MODELS = [
  'gpt-transcribe',
  'gpt-live-transcribe',
  'gpt-realtime-whisper',
  'whisper-1',
  'gpt-4o-transcribe',
  'gpt-4o-transcribe-diarize',
  'gpt-4o-mini-transcribe',
  'gpt-4o-mini-transcribe-2025-12-15',
] as const;

export const DEFAULT_TRANSCRIPTION_MODEL = 'gpt-transcribe';

/**
 * Which models of transcription take a hint that others refuse. After `AudioTranscription` of openai
 * 7.55, for the diarizing one after `TranscriptionCreateParams`, and for `language` after the guide
 * (https://developers.openai.com/api/docs/guides/realtime-transcription).
 */
const TRANSCRIPTION_HINTS = {
  delay: /^gpt-realtime-whisper$/,
  keywords: /^gpt-(live-)?transcribe$/,
  language: /^(?!gpt-(live-)?transcribe$)/,
  languages: /^gpt-(live-)?transcribe$/,
  prompt: /^(?!gpt-realtime-whisper$|gpt-4o-transcribe-diarize$)/,
} as const;

/**
 * ISO 639-1, ISO 639-3, or a locale of `zh`, as the guide lists them; which codes of the second kind
 * are supported it does not tell (https://developers.openai.com/api/docs/guides/realtime-transcription).
 */
const LANGUAGE_CODE = /^([a-z]{2,3}|zh-[a-z]{2})$/;

/**
 * As gpt-realtime-1.5 tells it, seen in April 2026:
 * https://community.openai.com/t/realtime-api-instruction-limit-16-384-tokens-is-too-low-for-production-voice-agents-with-tool-calling/1378932
 */
const MOST_INSTRUCTION_TOKENS = 16_384;

/** G.711 has one rate, so naming one is refused; PCM is spoken at 24 kHz only. */
const format = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('audio/pcm'), rate: z.literal(24_000).optional() }),
  z.strictObject({ type: z.literal('audio/pcmu') }),
  z.strictObject({ type: z.literal('audio/pcma') }),
]);

const turnDetection = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('server_vad'),
    threshold: z.number().min(0).max(1).optional(),
    prefix_padding_ms: z.int().min(0).optional(),
    silence_duration_ms: z.int().min(0).optional(),
    idle_timeout_ms: z.int().min(5000).max(30_000).nullish(),
    create_response: z.boolean().optional(),
    interrupt_response: z.boolean().optional(),
  }),
  z.strictObject({
    type: z.literal('semantic_vad'),
    eagerness: z.enum(['low', 'medium', 'high', 'auto']).optional(),
    create_response: z.boolean().optional(),
    interrupt_response: z.boolean().optional(),
  }),
]);

const tool = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('function'),
    name: z.string().regex(/^[\w-]{1,64}$/),
    description: z.string().optional(),
    parameters: z.record(z.string(), z.unknown()).optional(),
  }),
  z.strictObject({
    type: z.literal('mcp'),
    server_label: z.string().min(1),
    server_url: z.url({ protocol: /^https$/ }).optional(),
    server_description: z.string().optional(),
    tunnel_id: z.string().optional(),
    connector_id: z.string().optional(),
    authorization: z.string().optional(),
    headers: z.record(z.string(), z.string()).nullish(),
    allowed_tools: z
      .union([
        z.array(z.string()),
        z.strictObject({
          read_only: z.boolean().optional(),
          tool_names: z.array(z.string()).optional(),
        }),
      ])
      .nullish(),
    require_approval: z.union([z.enum(['always', 'never']), z.looseObject({})]).nullish(),
  }),
]);

export const sessionSchema = z.strictObject({
  type: z.literal('realtime'),
  model: z.string().optional(),
  instructions: z.string().optional(),
  output_modalities: z
    .array(z.enum(['text', 'audio']))
    .length(1, 'text and audio cannot be requested at the same time')
    .optional(),
  audio: z
    .strictObject({
      input: z
        .strictObject({
          format: format.optional(),
          noise_reduction: z
            .strictObject({
              type: z.enum(['near_field', 'far_field']),
              strength: z.number().min(0).max(1).optional(),
            })
            .nullish(),
          transcription: z
            .strictObject({
              model: z.enum(TRANSCRIPTION_MODELS).optional(),
              language: z.string().optional(),
              languages: z
                .array(z.string().regex(LANGUAGE_CODE, 'must be a supported language code'))
                .min(1)
                .optional(),
              // https://developers.openai.com/api/docs/guides/realtime-transcription
              keywords: z
                .array(z.string().regex(/^[^<>\r\n]*$/, 'must not contain <, > or a line break'))
                .optional(),
              prompt: z.string().optional(),
              delay: z.enum(['minimal', 'low', 'medium', 'high', 'xhigh']).optional(),
            })
            .nullish(),
          turn_detection: turnDetection.nullish(),
        })
        .optional(),
      output: z
        .strictObject({
          format: format.optional(),
          speed: z.number().min(0.25).max(1.5).optional(),
          voice: z
            .union([z.enum(VOICES as [string, ...string[]]), z.strictObject({ id: z.string() })])
            .optional(),
        })
        .optional(),
    })
    .optional(),
  tools: z.array(tool).optional(),
  tool_choice: z
    .union([
      z.enum(['auto', 'none', 'required']),
      z.discriminatedUnion('type', [
        z.strictObject({ type: z.literal('function'), name: z.string() }),
        z.strictObject({
          type: z.literal('mcp'),
          server_label: z.string(),
          name: z.string().nullish(),
        }),
      ]),
    ])
    .optional(),
  parallel_tool_calls: z.boolean().optional(),
  max_output_tokens: z.union([z.int().min(1).max(4096), z.literal('inf')]).optional(),
  reasoning: z
    .strictObject({ effort: z.enum(['minimal', 'low', 'medium', 'high', 'xhigh']).optional() })
    .optional(),
  truncation: z
    .union([
      z.enum(['auto', 'disabled']),
      z.strictObject({
        type: z.literal('retention_ratio'),
        retention_ratio: z.number().min(0).max(1),
        token_limits: z.strictObject({ post_instructions: z.int().min(0).optional() }).optional(),
      }),
    ])
    .optional(),
  include: z.array(z.literal('item.input_audio_transcription.logprobs')).optional(),
  tracing: z.union([z.literal('auto'), z.looseObject({})]).nullish(),
});

export type RealtimeSession = z.output<typeof sessionSchema>;

/** What only reasoning models take: `reasoning` and `parallel_tool_calls`. */
const reasons = (model: string): boolean => /^gpt-realtime-2/.test(model);

/** @throws OpenAiError 400 or 404 for what the schema cannot tell; `place` is the session's own */
export function checkSession(session: RealtimeSession, place: string): void {
  const at = (name: string): string => (place === '' ? name : `${place}.${name}`);
  const model = session.model ?? REALTIME_MODELS[0];
  if (!(REALTIME_MODELS as readonly string[]).includes(model)) {
    throw new OpenAiError(
      404,
      `The model \`${model}\` does not exist or you do not have access to it.`,
      { param: at('model'), code: 'model_not_found' },
    );
  }
  for (const name of ['reasoning', 'parallel_tool_calls'] as const) {
    if (session[name] !== undefined && !reasons(model)) {
      throw OpenAiError.invalid(
        `Unsupported parameter: '${at(name)}' is not supported with this model.`,
        at(name),
        'unsupported_parameter',
      );
    }
  }
  checkInstructions(session.instructions, at('instructions'));
  checkTranscription(session.audio?.input?.transcription, at('audio.input.transcription'));
  const labels = (session.tools ?? []).map((each) =>
    each.type === 'function' ? each.name : each.server_label,
  );
  const twice = labels.find((label, index) => labels.indexOf(label) !== index);
  if (twice !== undefined) {
    throw OpenAiError.invalid(`Duplicate tool: '${twice}'.`, at('tools'), 'invalid_value');
  }
  for (const [index, each] of (session.tools ?? []).entries()) {
    if (each.type !== 'function' || each.parameters === undefined) continue;
    checkFunctionSchema({ ...each, param: at(`tools[${index}].parameters`) });
  }
}

function checkInstructions(instructions = '', place: string): void {
  const tokens = tokensOf(instructions);
  if (tokens <= MOST_INSTRUCTION_TOKENS) return;
  throw OpenAiError.invalid(
    `Instructions cannot be longer than ${MOST_INSTRUCTION_TOKENS} tokens, you have provided ${tokens} tokens.`,
    place,
    'invalid_value',
  );
}

type Transcription = NonNullable<NonNullable<RealtimeSession['audio']>['input']>['transcription'];

function checkTranscription(transcription: Transcription, place: string): void {
  if (!transcription) return;
  const { model = DEFAULT_TRANSCRIPTION_MODEL } = transcription;
  for (const name of ['delay', 'keywords', 'language', 'languages', 'prompt'] as const) {
    if (transcription[name] === undefined || TRANSCRIPTION_HINTS[name].test(model)) continue;
    throw OpenAiError.invalid(
      `Unsupported parameter: '${place}.${name}' is not supported with this model.`,
      `${place}.${name}`,
      'unsupported_parameter',
    );
  }
}
