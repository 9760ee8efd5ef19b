import type { Clock } from '../../kernel/clock.ts';
import { sleepOn } from '../../kernel/testing/virtual-clock.ts';
import type { LanguageModel, LlmEvent, LlmRequest, ModelUsage, ToolCall } from '../contract.ts';

/** One answer of the fake model. */
export interface ScriptedReply {
  /** Pieces of text, in order. */
  readonly text?: readonly string[];
  readonly toolCalls?: readonly ToolCall[];
  /** @defaultValue 300 ms from the request to the first event */
  readonly firstTokenMs?: number;
  /** @defaultValue 30 ms between two events */
  readonly tokenGapMs?: number;
  /** Thrown after everything above was yielded, instead of `done`. */
  readonly error?: Error;
  readonly finishReason?: Extract<LlmEvent, { type: 'done' }>['finishReason'];
  /** @defaultValue 10 tokens in, 5 out */
  readonly usage?: Omit<ModelUsage, 'provider' | 'model'>;
  readonly providerParts?: unknown;
}

/** Answers from its script, one reply per request, with token times on a clock. */
export class FakeLanguageModel implements LanguageModel {
  readonly name: string;
  readonly requests: LlmRequest[] = [];
  /** Numbers of the requests (from 0) whose generation was ended by an abort. */
  readonly aborted: number[] = [];
  readonly #clock: Clock;
  readonly #replies: ScriptedReply[];

  constructor(clock: Clock, replies: readonly ScriptedReply[] = [], name = 'fake-llm') {
    this.name = name;
    this.#clock = clock;
    this.#replies = [...replies];
  }

  reply(...replies: readonly ScriptedReply[]): void {
    this.#replies.push(...replies);
  }

  async *generate(request: LlmRequest, signal: AbortSignal): AsyncGenerator<LlmEvent> {
    const number = this.requests.push(request) - 1;
    const reply = this.#replies.shift();
    if (!reply) throw new Error(`no reply is scripted for request ${number}`);
    const events: LlmEvent[] = [
      ...(reply.text ?? []).map((text) => ({ type: 'text', text }) as const),
      ...(reply.toolCalls ?? []).map((call) => ({ type: 'tool-call', call }) as const),
    ];
    if (!reply.error) events.push(done(reply));
    let counted: 'nothing' | 'some' | 'told' = 'nothing';
    const tellUsage = () => {
      if (counted === 'some') request.onUsage?.(this.#usageOf(reply));
      counted = 'told';
    };
    signal.addEventListener('abort', tellUsage, { once: true });
    let delayMs = reply.firstTokenMs ?? 300;
    for (const event of events) {
      if (!(await this.#pause(number, delayMs, signal))) return;
      delayMs = reply.tokenGapMs ?? 30;
      if (counted === 'nothing') counted = 'some';
      if (event.type === 'done') tellUsage();
      yield event;
    }
    if (!reply.error) return;
    if (await this.#pause(number, delayMs, signal)) throw reply.error;
  }

  #usageOf({ usage }: ScriptedReply): ModelUsage {
    const tokens = usage ?? { inputTokens: 10, cachedInputTokens: 0, outputTokens: 5 };
    return { provider: 'google', model: this.name, ...tokens };
  }

  /** False when the signal was aborted meanwhile. */
  async #pause(number: number, delayMs: number, signal: AbortSignal): Promise<boolean> {
    try {
      await sleepOn(this.#clock, delayMs, signal);
      return true;
    } catch {
      this.aborted.push(number);
      return false;
    }
  }
}

function done(reply: ScriptedReply): LlmEvent {
  return {
    type: 'done',
    finishReason: reply.finishReason ?? (reply.toolCalls?.length ? 'tool-calls' : 'stop'),
    ...(reply.providerParts === undefined ? {} : { providerParts: reply.providerParts }),
  };
}
