import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { complete, tokensOf } from './completion.ts';
import { checkCapabilities, findModel } from './models.ts';
import { OpenAiError } from './openai-error.ts';
import { parseRequest } from './parse.ts';
import type { OpenAiScript } from './script.ts';
import { checkStrictSchema } from './strict-schema.ts';

const FORMAT_NAME = /^[a-zA-Z0-9_-]{1,64}$/;

const message = z.strictObject({
  role: z.enum(['system', 'developer', 'user', 'assistant']),
  name: z.string().optional(),
  content: z.union([
    z.string(),
    z.array(z.strictObject({ type: z.literal('text'), text: z.string() })).min(1),
  ]),
});

const requestSchema = z.strictObject({
  model: z.string(),
  messages: z.array(message).min(1),
  max_completion_tokens: z.number().int().min(1).nullable().optional(),
  max_tokens: z.number().int().min(1).nullable().optional(),
  n: z.literal(1).nullable().optional(),
  reasoning_effort: z
    .enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'])
    .nullable()
    .optional(),
  response_format: z
    .discriminatedUnion('type', [
      z.strictObject({ type: z.literal('text') }),
      z.strictObject({ type: z.literal('json_object') }),
      z.strictObject({
        type: z.literal('json_schema'),
        json_schema: z.strictObject({
          name: z.string(),
          description: z.string().optional(),
          schema: z.record(z.string(), z.unknown()).optional(),
          strict: z.boolean().nullable().optional(),
        }),
      }),
    ])
    .optional(),
  seed: z.number().int().nullable().optional(),
  store: z.boolean().nullable().optional(),
  stream: z.literal(false).nullable().optional(),
  temperature: z.number().min(0).max(2).nullable().optional(),
  top_p: z.number().min(0).max(1).nullable().optional(),
});

type ChatRequest = z.infer<typeof requestSchema>;

const textOf = ({ content }: ChatRequest['messages'][number]): string =>
  typeof content === 'string' ? content : content.map(({ text }) => text).join('\n');

/** @throws OpenAiError 400 */
function schemaOf({ response_format: wanted }: ChatRequest, words: string): unknown {
  if (wanted?.type === 'json_object' && !/json/i.test(words)) {
    throw OpenAiError.invalid(
      "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.",
      'messages',
    );
  }
  if (wanted?.type !== 'json_schema') return undefined;
  const { name, schema, strict } = wanted.json_schema;
  if (!FORMAT_NAME.test(name)) {
    throw OpenAiError.invalid(
      "Invalid 'response_format.json_schema.name': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.",
      'response_format.json_schema.name',
      'invalid_value',
    );
  }
  if (strict === true) checkStrictSchema({ name, schema, param: 'response_format' });
  return schema;
}

/** @throws OpenAiError */
export function createChatCompletion(
  body: unknown,
  script: OpenAiScript | undefined,
  nowMs: number,
): object {
  const request = parseRequest(requestSchema, body);
  const model = findModel(request.model);
  if (!model) {
    throw new OpenAiError(
      404,
      `The model \`${request.model}\` does not exist or you do not have access to it.`,
      { code: 'model_not_found' },
    );
  }
  checkCapabilities(model, {
    effort: request.reasoning_effort,
    effortParam: 'reasoning_effort',
    temperature: request.temperature,
    topP: request.top_p,
  });
  if (model.efforts.length > 0 && request.max_tokens !== undefined && request.max_tokens !== null) {
    throw OpenAiError.invalid(
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
      'max_tokens',
      'unsupported_parameter',
    );
  }
  const ofUser = request.messages.filter(({ role }) => role === 'user').map(textOf);
  const words = request.messages.map(textOf).join('\n');
  const { text, refusal, cutBy, outputTokens, reasoningTokens } = complete(
    {
      prompt: ofUser.join('\n'),
      subject: ofUser.at(-1) ?? '',
      schema: schemaOf(request, words),
      reasons: model.efforts.length > 0 && request.reasoning_effort !== 'none',
      mostTokens: request.max_completion_tokens ?? request.max_tokens ?? undefined,
    },
    script,
  );
  const reasons = { max_output_tokens: 'length', content_filter: 'content_filter' } as const;
  const inputTokens = tokensOf(words);
  return {
    id: `chatcmpl-${randomBytes(15).toString('base64url')}`,
    object: 'chat.completion',
    created: Math.floor(nowMs / 1_000),
    model: request.model,
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: refusal === undefined ? text : null,
          refusal: refusal ?? null,
          annotations: [],
        },
        logprobs: null,
        finish_reason: cutBy === undefined ? 'stop' : reasons[cutBy],
      },
    ],
    usage: {
      prompt_tokens: inputTokens,
      completion_tokens: outputTokens,
      total_tokens: inputTokens + outputTokens,
      prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
      completion_tokens_details: {
        reasoning_tokens: reasoningTokens,
        audio_tokens: 0,
        accepted_prediction_tokens: 0,
        rejected_prediction_tokens: 0,
      },
    },
    service_tier: 'default',
  };
}
