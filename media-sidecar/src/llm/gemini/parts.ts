import type { Content, Part } from '@google/genai';
import { z } from 'zod';
import type { LlmMessage, ToolCall } from '../contract.ts';

/**
 * What we hand out as `providerParts`: the model's own parts, with the model's name, because thought
 * signatures are not valid for another model.
 */
export interface GeminiParts {
  readonly provider: 'gemini';
  readonly model: string;
  readonly parts: readonly Part[];
}

const geminiParts = z.object({
  provider: z.literal('gemini'),
  model: z.string(),
  parts: z.array(z.custom<Part>((part) => typeof part === 'object' && part !== null)),
});

/**
 * Stands in for the signature of a call that this model has not made, e.g. after a fallback. Source:
 * ai.google.dev/gemini-api/docs/thought-signatures, "frequently asked questions".
 */
const FOREIGN_SIGNATURE = 'skip_thought_signature_validator';
/** Stands for the caller where nobody has said anything: Gemini wants the user to speak last. */
const NOTHING_SAID = '(silence)';

type AgentMessage = Extract<LlmMessage, { role: 'agent' }>;

/** The conversation as Gemini wants it: calls answered at once and in full, the user speaking last. */
export function toContents(history: readonly LlmMessage[], model: string): Content[] {
  const contents: Content[] = [];
  for (const [index, message] of history.entries()) {
    if (message.role === 'caller') add(contents, 'user', [{ text: message.text }]);
    if (message.role !== 'agent') continue;
    const calls = message.toolCalls ?? [];
    // Gemini takes calls only after somebody else has spoken.
    if (calls.length > 0 && contents.at(-1)?.role !== 'user') {
      contents.push({ role: 'user', parts: [{ text: NOTHING_SAID }] });
    }
    add(contents, 'model', agentParts(message, model));
    if (calls.length > 0) {
      // A content of its own: nothing else may stand beside the responses.
      contents.push({ role: 'user', parts: responses(calls, history.slice(index + 1)) });
    }
  }
  if (contents.at(-1)?.role !== 'user') {
    contents.push({ role: 'user', parts: [{ text: NOTHING_SAID }] });
  }
  return contents;
}

function add(contents: Content[], role: 'user' | 'model', parts: Part[]): void {
  // Gemini wants the signature of a text back, even where the text itself is empty.
  const spoken = parts.filter((part) => part.text !== '' || part.thoughtSignature);
  if (spoken.length === 0) return;
  const last = contents.at(-1);
  const joinable = last?.role === role && !last.parts?.some((part) => part.functionResponse);
  if (joinable) last.parts?.push(...spoken);
  else contents.push({ role, parts: spoken });
}

function agentParts(message: AgentMessage, model: string): Part[] {
  const calls = message.toolCalls ?? [];
  const own = geminiParts.safeParse(message.providerParts);
  if (!own.success || own.data.model !== model) {
    return [{ text: message.text }, ...calls.map(foreignCall)];
  }
  // A call that was not taken gets no response: Gemini would refuse it.
  const parts = own.data.parts.filter(
    ({ functionCall }) => !functionCall || calls.some(({ id }) => id === functionCall.id),
  );
  const generated = parts.map((part) => (part.thought ? '' : (part.text ?? ''))).join('');
  if (generated.trim() === message.text.trim()) return parts;
  // The caller heard less than was generated: the calls stay as they were, the words are cut.
  const callParts = parts.filter((part) => part.functionCall);
  return [{ text: message.text }, ...callParts];
}

function foreignCall(call: ToolCall, index: number): Part {
  const functionCall = { id: call.id, name: call.name, args: { ...call.arguments } };
  // Of parallel calls only the first one carries a signature.
  return index === 0 ? { functionCall, thoughtSignature: FOREIGN_SIGNATURE } : { functionCall };
}

/** One response for each call, in the calls' order; a call that was given up is answered, too. */
function responses(calls: readonly ToolCall[], later: readonly LlmMessage[]): Part[] {
  const results = new Map<string, unknown>();
  for (const message of later) {
    if (message.role === 'agent' && message.toolCalls?.length) break;
    if (message.role === 'tool') results.set(message.callId, message.result);
  }
  return calls.map(({ id, name }) => ({
    functionResponse: {
      id,
      name,
      response: results.has(id) ? asResponse(results.get(id)) : { error: 'no result' },
    },
  }));
}

function asResponse(result: unknown): Record<string, unknown> {
  const safe = withoutReferences(result ?? null);
  return isObject(safe) ? safe : { result: safe };
}

/**
 * With `$ref` as `_ref`: Gemini takes `$ref` in a response for the name of a file that is sent along,
 * and refuses the request, and each later one whose history holds the result.
 * @see https://github.com/vercel/ai/issues/14369
 */
function withoutReferences(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutReferences);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key === '$ref' ? '_ref' : key,
      withoutReferences(each),
    ]),
  );
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
