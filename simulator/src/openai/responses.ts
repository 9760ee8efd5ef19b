import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { complete, tokensOf, type Completion } from './completion.ts';
import { checkCapabilities, findModel } from './models.ts';
import { OpenAiError } from './openai-error.ts';
import { parseRequest } from './parse.ts';
import type { OpenAiScript } from './script.ts';
import { checkStrictSchema } from './strict-schema.ts';

const FORMAT_NAME = /^[a-zA-Z0-9_-]{1,64}$/;
const SHORTEST_OUTPUT = 16;

const inputPart = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('input_text'), text: z.string() }),
  z.strictObject({ type: z.literal('output_text'), text: z.string() }),
]);

const message = z.strictObject({
  type: z.literal('message').optional(),
  role: z.enum(['user', 'assistant', 'system', 'developer']),
  content: z.union([z.string(), z.array(inputPart).min(1)]),
});

const format = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text') }),
  z.strictObject({ type: z.literal('json_object') }),
  z.strictObject({
    type: z.literal('json_schema'),
    name: z.string(),
    description: z.string().optional(),
    schema: z.record(z.string(), z.unknown()),
    strict: z.boolean().nullable().optional(),
  }),
]);

/** What the stand-in knows of `POST /responses`: text in, text out, no tools, no streams, no memory. */
const requestSchema = z.strictObject({
  model: z.string(),
  input: z.union([z.string(), z.array(message).min(1)]),
  instructions: z.string().nullable().optional(),
  max_output_tokens: z.number().int().min(SHORTEST_OUTPUT).nullable().optional(),
  metadata: z.record(z.string(), z.string()).nullable().optional(),
  reasoning: z
    .strictObject({
      effort: z
        .enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'])
        .nullable()
        .optional(),
      summary: z.enum(['auto', 'concise', 'detailed']).nullable().optional(),
    })
    .nullable()
    .optional(),
  safety_identifier: z.string().max(64).nullable().optional(),
  service_tier: z.enum(['auto', 'default', 'flex', 'priority']).nullable().optional(),
  store: z.boolean().nullable().optional(),
  stream: z.literal(false).nullable().optional(),
  temperature: z.number().min(0).max(2).nullable().optional(),
  text: z
    .strictObject({
      format: format.optional(),
      verbosity: z.enum(['low', 'medium', 'high']).nullable().optional(),
    })
    .optional(),
  top_p: z.number().min(0).max(1).nullable().optional(),
  truncation: z.enum(['auto', 'disabled']).nullable().optional(),
});

type ResponsesRequest = z.infer<typeof requestSchema>;
type Message = z.infer<typeof message>;

const id = (prefix: string): string => `${prefix}_${randomBytes(24).toString('hex')}`;

const textOf = ({ content }: Message): string =>
  typeof content === 'string' ? content : content.map(({ text }) => text).join('\n');

/** A user writes input, an assistant output; the other way round is refused. */
function checkParts(messages: readonly Message[]): void {
  for (const [place, { role, content }] of messages.entries()) {
    if (typeof content === 'string') continue;
    const right = role === 'assistant' ? 'output_text' : 'input_text';
    const wrong = content.findIndex(({ type }) => type !== right);
    if (wrong === -1) continue;
    const param = `input[${place}].content[${wrong}]`;
    throw OpenAiError.invalid(
      `Invalid value: '${content[wrong]?.type ?? ''}'. Supported values are: '${right}'${role === 'assistant' ? " and 'refusal'" : ''}.`,
      param,
      'invalid_value',
    );
  }
}

/** The schema that the answer has to fit. @throws OpenAiError 400 */
function schemaOf(request: ResponsesRequest, words: string): unknown {
  const wanted = request.text?.format;
  if (wanted?.type === 'json_object' && !/json/i.test(words)) {
    throw OpenAiError.invalid(
      "Response input messages must contain the word 'json' in some form to use 'text.format' of type 'json_object'.",
      'input',
    );
  }
  if (wanted?.type !== 'json_schema') return undefined;
  if (!FORMAT_NAME.test(wanted.name)) {
    throw OpenAiError.invalid(
      `Invalid 'text.format.name': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.`,
      'text.format.name',
      'invalid_value',
    );
  }
  if (wanted.strict === true) {
    checkStrictSchema({
      name: wanted.name,
      schema: wanted.schema,
      param: 'text.format.schema',
      code: 'invalid_json_schema',
    });
  }
  return wanted.schema;
}

/** @throws OpenAiError */
export function createResponse(
  body: unknown,
  script: OpenAiScript | undefined,
  nowMs: number,
): object {
  const request = parseRequest(requestSchema, body);
  const model = findModel(request.model);
  if (!model) {
    throw OpenAiError.invalid(
      `The requested model '${request.model}' does not exist.`,
      'model',
      'model_not_found',
    );
  }
  checkCapabilities(model, {
    effort: request.reasoning?.effort,
    effortParam: 'reasoning.effort',
    temperature: request.temperature,
    topP: request.top_p,
  });
  const messages: Message[] =
    typeof request.input === 'string' ? [{ role: 'user', content: request.input }] : request.input;
  checkParts(messages);
  const ofUser = messages.filter(({ role }) => role === 'user').map(textOf);
  const words = [request.instructions ?? '', ...messages.map(textOf)].join('\n');
  const completion = complete(
    {
      prompt: ofUser.join('\n'),
      subject: ofUser.at(-1) ?? '',
      schema: schemaOf(request, words),
      reasons: model.efforts.length > 0 && request.reasoning?.effort !== 'none',
      mostTokens: request.max_output_tokens ?? undefined,
    },
    script,
  );
  return rendered(request, completion, tokensOf(words), nowMs);
}

function rendered(
  request: ResponsesRequest,
  completion: Completion,
  inputTokens: number,
  nowMs: number,
): object {
  const { text, refusal, cutBy, outputTokens, reasoningTokens } = completion;
  const status = cutBy === undefined ? 'completed' : 'incomplete';
  const content =
    refusal === undefined
      ? { type: 'output_text', text, annotations: [], logprobs: [] }
      : { type: 'refusal', refusal };
  return {
    id: id('resp'),
    object: 'response',
    created_at: Math.floor(nowMs / 1_000),
    status,
    background: false,
    error: null,
    incomplete_details: cutBy === undefined ? null : { reason: cutBy },
    instructions: request.instructions ?? null,
    max_output_tokens: request.max_output_tokens ?? null,
    metadata: request.metadata ?? {},
    model: request.model,
    output: [
      ...(reasoningTokens > 0 ? [{ id: id('rs'), type: 'reasoning', summary: [] }] : []),
      // Cut off while it was still thinking, it has written nothing.
      ...(text === '' && cutBy !== undefined
        ? []
        : [{ id: id('msg'), type: 'message', status, role: 'assistant', content: [content] }]),
    ],
    parallel_tool_calls: true,
    previous_response_id: null,
    reasoning: { effort: request.reasoning?.effort ?? null, summary: null },
    store: request.store ?? true,
    temperature: request.temperature ?? 1,
    text: { format: request.text?.format ?? { type: 'text' }, verbosity: 'medium' },
    tool_choice: 'auto',
    tools: [],
    top_p: request.top_p ?? 1,
    truncation: request.truncation ?? 'disabled',
    usage: {
      input_tokens: inputTokens,
      input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
      output_tokens: outputTokens,
      output_tokens_details: { reasoning_tokens: reasoningTokens },
      total_tokens: inputTokens + outputTokens,
    },
  };
}
