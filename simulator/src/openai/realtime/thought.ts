import { think as converse } from '../../gemini/brain.ts';
import type { GeminiSchema } from '../../gemini/json-schema.ts';
import { SPANISH_PHRASES } from '../../gemini/phrases.ts';
import type { Content, GenerateRequest } from '../../gemini/request.ts';
import type { Item } from './items.ts';
import type { RealtimeScript } from './realtime-script.ts';
import type { Tool, ToolChoice } from './settings.ts';

/** What a response is made from. */
export interface Question {
  readonly items: readonly Item[];
  readonly instructions: string;
  /** The instructions of this response alone, if it has any. */
  readonly ownInstructions: string | undefined;
  readonly tools: readonly Tool[];
  readonly toolChoice: ToolChoice;
}

export interface Thought {
  readonly text: string;
  readonly calls: readonly { readonly name: string; readonly arguments: string }[];
  readonly cutBy?: 'max_output_tokens' | 'content_filter';
  readonly error?: { readonly type: string; readonly code: string; readonly message: string };
}

/** Something to say, as `MessageOutput` sees it, in which there are no words. */
const WORDLESS = ' ';

type GenerateTools = NonNullable<GenerateRequest['tools']>;

/**
 * What the model answers: the script's step that fits, or else a patient clerk's words.
 * @param canned whether there is no clerk: audio without words is said instead
 */
export function answerTo(question: Question, script: RealtimeScript, canned = false): Thought {
  const reply = script.take(subjectOf(question));
  if (reply === undefined) return canned ? { text: WORDLESS, calls: [] } : byItself(question);
  if (typeof reply === 'string') return { text: reply, calls: [] };
  if ('error' in reply) return { text: '', calls: [], error: reply.error };
  if ('incomplete' in reply) return { text: reply.text, calls: [], cutBy: reply.incomplete };
  const calls = reply.calls.map(({ name, arguments: given }) => ({
    name,
    arguments: typeof given === 'string' ? given : JSON.stringify(given),
  }));
  return { text: reply.text, calls };
}

const isUser = (item: Item): boolean => item.type === 'message' && item.role === 'user';

/** What there is to react to: the results since the model last acted, or what the user said. */
function subjectOf({ items, ownInstructions }: Question): string {
  const since = items.findLastIndex(
    (item) => item.type === 'function_call' || (item.type === 'message' && !isUser(item)),
  );
  const fresh = items.slice(since + 1);
  const words = fresh.map((item) => {
    if (item.type === 'function_call_output') return item.output;
    return item.type === 'message' ? item.words : '';
  });
  return fresh.length > 0 ? words.join(' ').trim() : (ownInstructions ?? '');
}

/** Words between quotation marks that the instructions of a response ask for. */
const QUOTED = /(?:"([^"]+)"|«([^»]+)»|“([^”]+)”)/u;

function byItself(question: Question): Thought {
  const { items, ownInstructions, instructions } = question;
  const [, straight, angled, curled] = QUOTED.exec(ownInstructions ?? '') ?? [];
  const told = straight ?? angled ?? curled;
  if (told !== undefined) return { text: told, calls: [] };
  const contents = contentsOf(items);
  const last = contents.at(-1);
  // Nobody has said anything since the model spoke, and it was asked to speak all the same.
  if (last === undefined) return { text: SPANISH_PHRASES.greeting, calls: [] };
  if (last.role === 'model') return { text: SPANISH_PHRASES.anythingElse, calls: [] };
  const answer = converse({
    contents,
    systemInstruction: { parts: [{ text: ownInstructions ?? instructions }] },
    ...toolsFor(question),
  });
  const calls = answer.calls.map(({ name, args }) => ({ name, arguments: JSON.stringify(args) }));
  return { text: answer.text, calls };
}

function contentsOf(items: readonly Item[]): Content[] {
  const names = new Map<string, string>();
  const contents: Content[] = [];
  const add = (role: 'user' | 'model', part: Content['parts'][number]): void => {
    const before = contents.at(-1);
    if (before?.role === role) before.parts.push(part);
    else contents.push({ role, parts: [part] });
  };
  for (const item of items) {
    if (item.type === 'function_call') {
      names.set(item.callId, item.name);
      add('model', { functionCall: { name: item.name, args: objectOf(item.arguments) } });
    } else if (item.type === 'function_call_output') {
      const name = names.get(item.callId) ?? 'tool';
      add('user', { functionResponse: { name, response: objectOf(item.output) } });
    } else if (item.role !== 'system') {
      add(item.role === 'assistant' ? 'model' : 'user', { text: item.words });
    }
  }
  return contents;
}

function objectOf(json: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value as Record<string, unknown>;
    }
    return { result: value };
  } catch {
    // Outputs are free text.
    return { result: json };
  }
}

function toolsFor({ tools, toolChoice }: Question): Pick<GenerateRequest, 'tools' | 'toolConfig'> {
  if (tools.length === 0) return {};
  const functionDeclarations = tools
    .filter((tool) => tool.type === 'function')
    .map(({ name, description = '', parameters }) => ({
      name,
      description,
      parameters: geminiSchemaOf(parameters ?? { type: 'object', properties: {} }),
    }));
  const named = typeof toolChoice === 'object' ? toolChoice['name'] : undefined;
  const modes = { auto: 'AUTO', none: 'NONE', required: 'ANY' } as const;
  return {
    tools: [{ functionDeclarations }] as GenerateTools,
    toolConfig: {
      functionCallingConfig: {
        mode: typeof toolChoice === 'string' ? modes[toolChoice] : 'ANY',
        ...(typeof named === 'string' ? { allowedFunctionNames: [named] } : {}),
      },
    },
  };
}

/** The clerk reads types in capitals. */
function geminiSchemaOf(schema: unknown): GeminiSchema {
  const { type, properties, items, ...rest } = schema as Record<string, unknown>;
  const kind = Array.isArray(type) ? type.find((each) => each !== 'null') : type;
  return {
    ...rest,
    ...(typeof kind === 'string' ? { type: kind.toUpperCase() } : {}),
    ...(properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(
            Object.entries(properties as object).map(([key, each]) => [key, geminiSchemaOf(each)]),
          ),
        }),
    ...(items === undefined ? {} : { items: geminiSchemaOf(items) }),
  };
}
