import { z } from 'zod';
import { currentTime } from '../agents/built-in-tools.ts';
import type { BuiltInTool } from '../agents/contract.ts';
import type { Clock } from '../kernel/clock.ts';
import type { ToolCall, ToolDefinition } from '../llm/contract.ts';
import type { CallActions, ClaimedSession, ToolOutcome } from './ports.ts';

export interface BuiltInToolsDeps {
  readonly clock: Clock;
  readonly session: ClaimedSession;
  readonly actions: CallActions;
}

/** How a tool ends the call, once the agent's words were heard. */
export type Closing = 'agent-hung-up' | 'transferred';

/** What the agent wants the person to know who takes over. */
export interface TransferRequest {
  readonly reason?: string;
  readonly summary?: string;
}

/** Longer texts of a model are cut: somebody has to read them, or to hear them whispered. */
const MAX_TEXT_LENGTH = 1000;

const text = z
  .string()
  .trim()
  .transform((value) => value.slice(0, MAX_TEXT_LENGTH) || undefined)
  // A model may write null for what it leaves out.
  .nullish()
  .transform((value) => value ?? undefined);
const reasonSchema = z.object({ reason: text });
const transferSchema = z.object({ reason: text, summary: text });
const callbackSchema = z.object({ at: text, phone_number: text, reason: text });

/**
 * The tools that the call itself performs, for either pipeline. One that a workflow offers under
 * the same name takes its place.
 */
export class BuiltInTools {
  readonly #deps: BuiltInToolsDeps;
  readonly #tools: ReadonlyMap<string, BuiltInTool>;
  #transfer: TransferRequest | undefined;

  constructor(deps: BuiltInToolsDeps, tools: readonly BuiltInTool[]) {
    this.#deps = deps;
    const offered = new Set(deps.session.tools.map(({ name }) => name));
    const own = tools.filter(({ definition }) => !offered.has(definition.name));
    this.#tools = new Map(own.map((tool) => [tool.definition.name, tool]));
  }

  /** Everything that the model may call: the workflows' tools and these. */
  get definitions(): readonly ToolDefinition[] {
    return [
      ...this.#deps.session.tools,
      ...[...this.#tools.values()].map(({ definition }) => definition),
    ];
  }

  /** Of the latest transfer that was asked for; it happens when the call ends `transferred`. */
  get transfer(): TransferRequest | undefined {
    return this.#transfer;
  }

  has(name: string): boolean {
    return this.#tools.has(name);
  }

  /** What the call is to do after this tool. */
  closingOf(name: string): Closing | undefined {
    const action = this.#tools.get(name)?.action;
    if (action === 'end-call') return 'agent-hung-up';
    return action === 'transfer' && this.#deps.session.tenant.escalationNumber !== undefined
      ? 'transferred'
      : undefined;
  }

  /** Never rejects. */
  async run(call: ToolCall): Promise<ToolOutcome> {
    const { actions, session } = this.#deps;
    switch (this.#tools.get(call.name)?.action) {
      case 'end-call':
        return done({ ok: true });
      case 'get-current-time':
        return done(this.#time());
      case 'transfer':
        return withArguments(transferSchema, call, (request) => done(this.#prepare(request)));
      case 'schedule-callback':
        return withArguments(callbackSchema, call, ({ at, phone_number, reason }) =>
          actions.scheduleCallback(session, given({ at, phoneNumber: phone_number, reason })),
        );
      case 'opt-out':
        return withArguments(reasonSchema, call, (request) =>
          actions.optOut(session, given(request)),
        );
      case undefined:
        return { ok: false, reason: 'unknown-tool' };
    }
  }

  #time(): unknown {
    const { clock, session } = this.#deps;
    const { timezone, isOpenAt } = session.tenant;
    const nowMs = clock.nowMs();
    return { ...currentTime(nowMs, timezone), ...(isOpenAt && { open: isOpenAt(nowMs) }) };
  }

  #prepare(request: z.infer<typeof transferSchema>): unknown {
    if (this.#deps.session.tenant.escalationNumber === undefined) {
      return { error: 'nobody-available' };
    }
    this.#transfer = given(request);
    return { ok: true };
  }
}

function done(result: unknown): Promise<ToolOutcome> {
  return Promise.resolve({ ok: true, result });
}

function withArguments<T>(
  schema: z.ZodType<T>,
  call: ToolCall,
  run: (given: T) => Promise<ToolOutcome>,
): Promise<ToolOutcome> {
  const parsed = schema.safeParse(call.arguments);
  if (parsed.success) return run(parsed.data);
  // The model can do it better when it is told what is wrong.
  const field = parsed.error.issues[0]?.path.join('.');
  return done({ error: 'invalid-arguments', ...(field && { field }) });
}

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Without the names that have no value. */
function given<T extends object>(values: T): Given<T> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined),
  ) as Given<T>;
}
