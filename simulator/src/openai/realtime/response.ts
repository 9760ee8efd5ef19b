import type { OpenAiRealtimeFaults } from '../../faults/openai-realtime.ts';
import { tokensOf } from '../completion.ts';
import type { CannedModel } from './canned/canned-model.ts';
import type { RealtimeClock } from './clock.ts';
import type { Conversation } from './conversation.ts';
import { itemToWire, newId, type Item } from './items.ts';
import { FunctionCallOutput } from './function-call-output.ts';
import { MessageOutput } from './message-output.ts';
import type { Output } from './output.ts';
import type { ResponseSettings } from './response-settings.ts';
import type { Speech } from './speech.ts';
import type { Thought } from './thought.ts';
import { inputTokens, usageToWire, type Tokens } from './usage.ts';

export type ServerEvent = { readonly type: string } & Readonly<Record<string, unknown>>;
type Ending =
  | { status: 'completed' }
  | { status: 'cancelled'; reason: 'turn_detected' | 'client_cancelled' }
  | { status: 'incomplete'; reason: 'max_output_tokens' | 'content_filter' }
  | { status: 'failed'; error: NonNullable<Thought['error']> };

export interface ResponseParts {
  readonly settings: ResponseSettings;
  /** Where its items go; none for a response out of band. */
  readonly conversation: Conversation | undefined;
  readonly clock: RealtimeClock;
  readonly speech: Speech;
  readonly canned: CannedModel;
  readonly faults: OpenAiRealtimeFaults;
  emit(event: ServerEvent): void;
  /** What it reads. */
  items(): readonly Item[];
  /** Resolves when the caller's words are known. */
  think(): Promise<Thought>;
  /** What the response before has read. */
  readonly cached: Tokens;
  readonly ended: (response: Response) => void;
}

/** One response, from `response.created` to `response.done`. */
export class Response {
  readonly id = newId('resp');
  readonly parts: ResponseParts;
  readonly outputs: Item[] = [];
  readonly spent: Tokens = { text: 0, audio: 0 };
  read: Tokens = { text: 0, audio: 0 };
  /** When its first audio was sent. */
  audioSince: number | undefined;
  audioMs = 0;
  #open: Output | undefined;
  #ending: Ending | undefined;
  #stopTimer: (() => void) | undefined;

  constructor(parts: ResponseParts) {
    this.parts = parts;
  }

  get over(): boolean {
    return this.#ending !== undefined;
  }

  get isOutOfBand(): boolean {
    return this.parts.conversation === undefined;
  }

  /** Why it ended, once it has. */
  get ending(): Ending | undefined {
    return this.#ending;
  }

  start(): void {
    const { emit, faults, settings, items } = this.parts;
    this.read = inputTokens(settings.instructions, settings.tools, items());
    emit({ type: 'response.created', response: this.#toWire() });
    emit({ type: 'rate_limits.updated', rate_limits: this.#rateLimits(faults.tokensPerMinute) });
    this.#run().catch((error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      this.end({
        status: 'failed',
        error: { type: 'server_error', code: 'server_error', message },
      });
    });
  }

  cancel(reason: 'turn_detected' | 'client_cancelled'): void {
    this.end({ status: 'cancelled', reason });
  }

  /** Nobody listens any more. */
  abandon(): void {
    this.#ending ??= { status: 'cancelled', reason: 'client_cancelled' };
    this.#stopTimer?.();
  }

  /** Resolves after so long, or never when the response has ended before. */
  wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#stopTimer = this.parts.clock.after(ms, resolve);
    });
  }

  /** @returns whether the limit of tokens has ended the response */
  spend(tokens: Partial<Tokens>): boolean {
    this.spent.text += tokens.text ?? 0;
    this.spent.audio += tokens.audio ?? 0;
    const most = this.parts.settings.maxOutputTokens;
    if (most === 'inf' || this.spent.text + this.spent.audio <= most) return false;
    this.end({ status: 'incomplete', reason: 'max_output_tokens' });
    return true;
  }

  end(ending: Ending): void {
    if (this.#ending) return;
    this.#ending = ending;
    this.#stopTimer?.();
    this.#open?.close(ending.status === 'completed' ? 'completed' : 'incomplete');
    this.#open = undefined;
    this.parts.emit({ type: 'response.done', response: this.#toWire() });
    this.parts.ended(this);
  }

  async #run(): Promise<void> {
    const { faults } = this.parts;
    const thought = this.parts.think();
    // Told by the `await` below; until then it is nobody's.
    thought.catch(() => undefined);
    await this.wait(faults.stallMs + faults.firstAudioDelayMs);
    const { text, calls, cutBy, error } = await thought;
    if (this.over) return;
    if (faults.failNextResponses > 0) {
      faults.failNextResponses--;
      return this.end({ status: 'failed', error: SERVER_ERROR });
    }
    if (error) return this.end({ status: 'failed', error });
    if (text !== '') await this.#put(new MessageOutput(this, text));
    for (const call of calls) {
      if (this.over) return;
      if (this.spend({ text: tokensOf(call.name + call.arguments) })) return;
      await this.#put(new FunctionCallOutput(this, call));
    }
    this.end(cutBy ? { status: 'incomplete', reason: cutBy } : { status: 'completed' });
  }

  async #put(output: Output): Promise<void> {
    if (this.over) return;
    this.#open = output;
    await output.stream();
    if (this.over) return;
    this.#open = undefined;
    output.close('completed');
  }

  #rateLimits(limit: number): object[] {
    const { text, audio } = this.read;
    const remaining = Math.max(0, limit - text - audio);
    const reset = ((limit - remaining) / limit) * 60;
    return [{ name: 'tokens', limit, remaining, reset_seconds: Math.round(reset * 1000) / 1000 }];
  }

  #toWire(): object {
    const { settings, conversation, cached } = this.parts;
    const ending = this.#ending;
    return {
      object: 'realtime.response',
      id: this.id,
      status: ending?.status ?? 'in_progress',
      status_details: statusDetails(ending),
      output: this.outputs.map((item) => itemToWire(item)),
      conversation_id: conversation?.id ?? null,
      output_modalities: [settings.modality],
      max_output_tokens: settings.maxOutputTokens,
      audio: { output: { format: settings.format, voice: settings.voice } },
      usage: ending ? usageToWire(this.read, this.spent, cached) : null,
      metadata: settings.metadata,
    };
  }
}

const SERVER_ERROR = {
  type: 'server_error',
  code: 'server_error',
  message: 'The server had an error while processing your request. Sorry about that!',
};

function statusDetails(ending: Ending | undefined): object | null {
  if (!ending || ending.status === 'completed') return null;
  const { status, ...details } = ending;
  return { type: status, ...details };
}
