import { Reframer } from '../../audio/frames.ts';
import type { Clock, Timer } from '../../kernel/clock.ts';
import { ProviderError } from '../../kernel/errors.ts';
import type {
  RealtimeItem,
  RealtimeListener,
  RealtimeResponseEnd,
  RealtimeSession,
  RealtimeSettings,
  RealtimeToolCall,
  RespondRequest,
  ResponseUsage,
} from '../contract.ts';

const MULAW_BYTES_PER_MS = 8;

/** What was asked of a session; frames are in `frames`. `framesBefore` tells where they stand. */
export type SessionCall = { readonly atMs: number; readonly framesBefore: number } & (
  | { readonly do: 'add'; readonly items: readonly RealtimeItem[] }
  | { readonly do: 'respond'; readonly request: RespondRequest }
  | { readonly do: 'cancel' }
  | { readonly do: 'truncate'; readonly itemId: string; readonly audioEndMs: number }
  | { readonly do: 'tool-result'; readonly callId: string; readonly output: string }
  | { readonly do: 'update'; readonly settings: Parameters<RealtimeSession['update']>[0] }
  | { readonly do: 'close' }
  | { readonly do: 'finish' }
);

type Asked<T = SessionCall> = T extends unknown ? Omit<T, 'atMs' | 'framesBefore'> : never;

export interface SpeakOptions {
  /** The response that it belongs to; one is begun if it was not yet. @defaultValue a new one */
  readonly responseId?: string;
  readonly tag?: string;
  /** Audio of one delta. @defaultValue 200 */
  readonly deltaMs?: number;
  /** From one delta to the next; 0: everything in this tick. @defaultValue 0 */
  readonly everyMs?: number;
  /** Whether the response ends with it. @defaultValue true */
  readonly done?: boolean;
  readonly usage?: ResponseUsage;
}

/** One session of the fake model. Every method with a verb in the third person is the model's. */
export class FakeRealtimeSession implements RealtimeSession {
  /** Given where `control` opened it. */
  readonly callId: string | undefined;
  readonly settings: RealtimeSettings;
  /** For every event that has no helper: `session.listener.onRateLimits([…])`. */
  readonly listener: RealtimeListener;
  readonly calls: SessionCall[] = [];
  readonly frames: Uint8Array[] = [];
  /** In how many messages they came. */
  appends = 0;
  /** Whether something is under way when it is finished: then it lasts until it is closed, or dies. */
  finishes: 'at-once' | 'later' = 'at-once';
  readonly #finished = Promise.withResolvers<void>();
  /** Closed by us, or dead. */
  closed = false;
  isReady = false;
  /** The response that is being made. */
  activeResponseId: string | undefined;
  /** Runs after an answer was asked for, in a tick of its own: may call `speaks`. */
  onRespond: (request: RespondRequest) => void = () => undefined;
  /** Runs after a tool's result came in, in a tick of its own. */
  onToolResult: (callId: string, output: string) => void = () => undefined;
  readonly #clock: Clock;
  readonly #timers = new Set<Timer>();
  readonly #speaking = new Set<Timer>();
  #responses = 0;

  constructor(
    clock: Clock,
    settings: RealtimeSettings,
    listener: RealtimeListener,
    callId: string | undefined,
  ) {
    this.#clock = clock;
    this.settings = settings;
    this.listener = listener;
    this.callId = callId;
  }

  /** Calls of one kind, in order. */
  asked<K extends SessionCall['do']>(kind: K): Extract<SessionCall, { do: K }>[] {
    return this.calls.filter((call): call is Extract<SessionCall, { do: K }> => call.do === kind);
  }

  append(mulaw: Uint8Array): void {
    if (this.closed) return;
    this.appends += 1;
    this.frames.push(...new Reframer().push(mulaw));
  }

  add(items: readonly RealtimeItem[]): void {
    this.#asked({ do: 'add', items });
  }

  respond(request: RespondRequest = {}): void {
    if (!this.#asked({ do: 'respond', request })) return;
    this.#schedule(0, () => this.onRespond(request));
  }

  /** The response that is being made ends as `cancelled`, not in this tick. */
  cancel(): void {
    if (!this.#asked({ do: 'cancel' }) || this.activeResponseId === undefined) return;
    const responseId = this.activeResponseId;
    this.#stopSpeaking();
    this.#schedule(0, () =>
      this.ends({ responseId, status: 'cancelled', reason: 'client_cancelled' }),
    );
  }

  truncate(itemId: string, audioEndMs: number): void {
    this.#asked({ do: 'truncate', itemId, audioEndMs });
  }

  toolResult(callId: string, output: string): void {
    if (!this.#asked({ do: 'tool-result', callId, output })) return;
    this.#schedule(0, () => this.onToolResult(callId, output));
  }

  update(settings: Parameters<RealtimeSession['update']>[0]): void {
    this.#asked({ do: 'update', settings });
  }

  close(): void {
    if (!this.#asked({ do: 'close' })) return;
    this.closed = true;
    this.#stopTimers();
    this.#finished.resolve();
  }

  /** Something is under way, if `finishes` was set before: then it closes when the test says so. */
  finish(): Promise<void> | undefined {
    if (!this.#asked({ do: 'finish' })) return undefined;
    if (this.finishes === 'later') return this.#finished.promise;
    this.close();
    return undefined;
  }

  ready(): void {
    if (this.closed || this.isReady) return;
    this.isReady = true;
    this.listener.onReady();
  }

  /** The session is gone. */
  dies(
    error = new ProviderError('fake-realtime', 'unavailable', 'the socket died', {
      retryable: true,
    }),
  ): void {
    if (this.closed) return;
    this.closed = true;
    this.#stopTimers();
    this.#finished.resolve();
    this.listener.onClosed(error);
  }

  /** A whole turn of the caller in this tick: speech, its end, its place, its words. */
  hears(itemId: string, text: string, options: { previousItemId?: string; atMs?: number } = {}) {
    const atMs = options.atMs ?? this.#clock.monotonicMs();
    const { previousItemId } = options;
    this.#tell((listener) => {
      listener.onSpeechStarted({ itemId, atMs });
      listener.onSpeechStopped({ itemId, atMs: atMs + 500 });
      listener.onCallerTurn({
        itemId,
        ...(previousItemId === undefined ? {} : { previousItemId }),
      });
      listener.onCallerWords({ itemId, text, final: true });
    });
  }

  /** Begins a response. Returns its id. */
  begins(responseId = `resp_${++this.#responses}`, tag?: string): string {
    this.activeResponseId = responseId;
    this.#tell((listener) =>
      listener.onResponseStarted({ responseId, ...(tag === undefined ? {} : { tag }) }),
    );
    return responseId;
  }

  /** Ends a response, the active one if none is named. */
  ends(end: Partial<RealtimeResponseEnd> = {}): void {
    const responseId = end.responseId ?? this.activeResponseId;
    if (responseId === undefined) throw new Error('no response is being made');
    if (this.activeResponseId === responseId) this.activeResponseId = undefined;
    this.#tell((listener) => listener.onResponseDone({ status: 'completed', ...end, responseId }));
  }

  /** One delta of audio; its bytes are `fill`. */
  sounds(responseId: string, itemId: string, ms: number, fill = 0x55): void {
    const mulaw = new Uint8Array(Math.round(ms * MULAW_BYTES_PER_MS)).fill(fill);
    this.#tell((listener) => listener.onAudio({ responseId, itemId, mulaw }));
  }

  /**
   * Says something: begins a response if need be, tells words and audio in deltas, their end, and
   * the end of the response. Returns the response's id.
   * @param ms how long the audio is
   */
  speaks(itemId: string, text: string, ms: number, options: SpeakOptions = {}): string {
    const { deltaMs = 200, everyMs = 0, done = true, usage } = options;
    const responseId =
      options.responseId !== undefined && options.responseId === this.activeResponseId
        ? options.responseId
        : this.begins(options.responseId, options.tag);
    const count = Math.max(1, Math.ceil(ms / deltaMs));
    const pieces = inPieces(text, count);
    const steps = pieces.map((delta, index) => () => {
      if (delta !== '') {
        this.#tell((listener) => listener.onAgentWords({ responseId, itemId, delta }));
      }
      this.sounds(responseId, itemId, Math.min(deltaMs, ms - index * deltaMs));
    });
    steps.push(() => {
      this.#tell((listener) => listener.onAudioDone(itemId));
      if (done) this.ends({ responseId, ...(usage === undefined ? {} : { usage }) });
    });
    for (const [index, step] of steps.entries()) {
      if (everyMs === 0) step();
      else this.#schedule(index * everyMs, step, this.#speaking);
    }
    return responseId;
  }

  /** A response that only asks for tools. Returns its id. */
  asksFor(...calls: readonly Partial<RealtimeToolCall>[]): string {
    const responseId = this.begins();
    for (const [index, call] of calls.entries()) {
      const callId = call.callId ?? `call_${responseId}_${index}`;
      const itemId = call.itemId ?? `item_${callId}`;
      this.#tell((listener) =>
        listener.onToolCall({
          name: 'a_tool',
          arguments: '{}',
          ...call,
          responseId,
          itemId,
          callId,
        }),
      );
    }
    this.ends({ responseId });
    return responseId;
  }

  /** False on a closed session: nothing is recorded then. */
  #asked(call: Asked): boolean {
    if (this.closed) return false;
    const at = { atMs: this.#clock.monotonicMs(), framesBefore: this.frames.length };
    this.calls.push({ ...call, ...at });
    return true;
  }

  #tell(event: (listener: RealtimeListener) => void): void {
    if (!this.closed) event(this.listener);
  }

  #schedule(delayMs: number, task: () => void, timers = this.#timers): void {
    const timer = this.#clock.schedule(delayMs, () => {
      timers.delete(timer);
      task();
    });
    timers.add(timer);
  }

  #stopSpeaking(): void {
    for (const timer of this.#speaking) timer.cancel();
    this.#speaking.clear();
  }

  #stopTimers(): void {
    this.#stopSpeaking();
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
  }
}

/** The words of a text, spread over so many pieces; together they are the text. */
function inPieces(text: string, count: number): string[] {
  const words = text.match(/\S+\s*/g) ?? [];
  return Array.from({ length: count }, (_, index) =>
    words
      .slice(
        Math.floor((index * words.length) / count),
        Math.floor(((index + 1) * words.length) / count),
      )
      .join(''),
  );
}
