import { createHmac } from 'node:crypto';
import { GoogleError } from '../google/google-error.ts';
import type { GeminiModel } from './models.ts';
import type { Content, Part } from './request.ts';

/** Documented stand-in for signatures of calls that no model made. */
const SKIPPED_SIGNATURE = 'skip_thought_signature_validator';
const SIGNING_KEY = 'simulated thoughts';

type FunctionCall = NonNullable<Part['functionCall']>;

/** A signature that only this model accepts, and only on this call. */
export function signThought(
  modelName: string,
  call: { name: string; args?: unknown } | string,
): string {
  const subject = typeof call === 'string' ? call : `${call.name} ${canonical(call.args ?? {})}`;
  return createHmac('sha256', SIGNING_KEY).update(`${modelName}\n${subject}`).digest('base64');
}

/** The same for objects that differ in the order of their keys only. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, each]) => `${JSON.stringify(key)}:${canonical(each)}`).join()}}`;
}

const callsOf = (content: Content | undefined): FunctionCall[] =>
  (content?.parts ?? []).flatMap(({ functionCall }) => (functionCall ? [functionCall] : []));

const responsesOf = (content: Content | undefined) =>
  (content?.parts ?? []).flatMap(({ functionResponse }) =>
    functionResponse ? [functionResponse] : [],
  );

const named = ({ name, id }: { name: string; id?: string | undefined }): string =>
  id === undefined ? name : `${name} (id ${id})`;

const isModel = (content: Content | undefined): boolean => content?.role === 'model';

/**
 * The rules of turns: calls after a user's turn, responses right after the calls, as many and in
 * their order. From the third generation on, which gives every call an id, its response has the same.
 * @throws GoogleError INVALID_ARGUMENT
 * @see https://ai.google.dev/gemini-api/docs/function-calling ("Always map function IDs")
 */
export function checkTurns(contents: readonly Content[], { generation }: GeminiModel): void {
  for (const [index, content] of contents.entries()) {
    const before = contents[index - 1];
    const calls = callsOf(content);
    const responses = responsesOf(content);
    if (calls.length > 0 && !isModel(content)) {
      throw GoogleError.invalid('Please ensure that function call turns have the role model.');
    }
    if (responses.length > 0 && isModel(content)) {
      throw GoogleError.invalid('Please ensure that function response turns have the role user.');
    }
    if (calls.length > 0 && (before === undefined || isModel(before))) {
      throw GoogleError.invalid(
        'Please ensure that function call turn comes immediately after a user turn or after a function response turn.',
      );
    }
    const asked = callsOf(before);
    if (responses.length > 0 && asked.length === 0) {
      throw GoogleError.invalid(
        'Please ensure that function response turn comes immediately after a function call turn.',
      );
    }
    if (asked.length === 0) continue;
    if (responses.length !== asked.length) {
      throw GoogleError.invalid(
        'Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.',
      );
    }
    for (const [i, call] of asked.entries()) {
      const response = responses[i]!;
      const mayLackId = generation < 3 && response.id === undefined;
      const hasId = call.id === undefined || response.id === call.id || mayLackId;
      if (response.name === call.name && hasId) continue;
      throw GoogleError.invalid(
        `Please ensure that function response parts match the function call parts of the function call turn: expected ${named(call)}, got ${named(response)}.`,
      );
    }
  }
  const last = contents.at(-1);
  if (isModel(last)) {
    throw GoogleError.invalid(
      'Please ensure that single turn requests end with a user role or the role field is empty.',
    );
  }
}

/**
 * Calls since the user last spoke must carry the signature that the model gave them; of parallel
 * calls, the first one.
 * @throws GoogleError INVALID_ARGUMENT
 */
export function checkThoughtSignatures(contents: readonly Content[], model: GeminiModel): void {
  if (model.generation < 3) return;
  const spokeAt = contents.findLastIndex(
    (content) => !isModel(content) && responsesOf(content).length === 0,
  );
  for (const [index, content] of contents.entries()) {
    if (index < spokeAt || !isModel(content)) continue;
    const position = content.parts.findIndex(({ functionCall }) => functionCall !== undefined);
    const part = content.parts[position];
    if (!part?.functionCall) continue;
    if (part.thoughtSignature === undefined) {
      throw GoogleError.invalid(
        `Function call is missing a thought_signature in functionCall parts. This is required for tools to work correctly, and missing thought_signature may lead to degraded model performance. Additional data, function call \`default_api:${part.functionCall.name}\`, position ${index + 1}. Please refer to https://ai.google.dev/gemini-api/docs/thought-signatures for more details.`,
      );
    }
    const right = signThought(model.name, {
      name: part.functionCall.name,
      args: part.functionCall.args,
    });
    if (part.thoughtSignature !== right && part.thoughtSignature !== SKIPPED_SIGNATURE) {
      throw GoogleError.invalid('Thought signature is not valid.');
    }
  }
}
