import { FRAME_MS, MULAW_SILENCE } from '../../audio/constants.ts';
import type { Clock } from '../../kernel/clock.ts';
import { sleepOn } from '../../kernel/testing/virtual-clock.ts';
import type {
  CallActions,
  CallEnding,
  CallRecorder,
  CallSubject,
  ToolInvocation,
  ToolOutcome,
  ToolRunner,
  TurnRecord,
  UsageRecord,
} from '../ports.ts';
import type { VoiceActivity } from '../voice-activity.ts';

/** Keeps everything that was recorded, in order. */
export class FakeRecorder implements CallRecorder {
  readonly started: { readonly callId: string; readonly tenantId: string }[] = [];
  readonly turns: TurnRecord[] = [];
  readonly usages: UsageRecord[] = [];
  readonly endings: CallEnding[] = [];
  flushes = 0;

  callStarted(call: { readonly callId: string; readonly tenantId: string }): void {
    this.started.push(call);
  }

  turn(turn: TurnRecord): void {
    if (this.endings.some(({ callId }) => callId === turn.callId)) {
      throw new Error('a turn was recorded after the end of its call');
    }
    this.turns.push(turn);
  }

  callEnded(call: CallEnding): void {
    this.endings.push(call);
  }

  usage(usage: UsageRecord): void {
    this.usages.push(usage);
  }

  async flush(): Promise<void> {
    this.flushes += 1;
  }
}

/** Takes its time on the clock, then gives the outcome that is scripted for the tool. */
export class FakeToolRunner implements ToolRunner {
  readonly invocations: ToolInvocation[] = [];
  readonly aborted: string[] = [];
  readonly #clock: Clock;
  readonly #outcomes = new Map<
    string,
    { readonly outcome: ToolOutcome; readonly afterMs: number }
  >();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  offer(name: string, outcome: ToolOutcome, afterMs = 200): void {
    this.#outcomes.set(name, { outcome, afterMs });
  }

  async run(invocation: ToolInvocation, signal: AbortSignal): Promise<ToolOutcome> {
    this.invocations.push(invocation);
    const scripted = this.#outcomes.get(invocation.call.name);
    if (!scripted) return { ok: false, reason: 'unknown-tool' };
    try {
      await sleepOn(this.#clock, scripted.afterMs, signal);
    } catch {
      this.aborted.push(invocation.call.name);
      return { ok: false, reason: 'cancelled' };
    }
    return scripted.outcome;
  }
}

/** Notes what was asked for; says yes unless told otherwise. */
export class FakeCallActions implements CallActions {
  readonly callbacks: Parameters<CallActions['scheduleCallback']>[1][] = [];
  readonly optOuts: Parameters<CallActions['optOut']>[1][] = [];
  readonly escalations: Parameters<CallActions['escalated']>[1][] = [];
  outcome: ToolOutcome = { ok: true, result: { ok: true } };

  async scheduleCallback(
    _call: CallSubject,
    request: Parameters<CallActions['scheduleCallback']>[1],
  ): Promise<ToolOutcome> {
    this.callbacks.push(request);
    return this.outcome;
  }

  async optOut(
    _call: CallSubject,
    request: Parameters<CallActions['optOut']>[1],
  ): Promise<ToolOutcome> {
    this.optOuts.push(request);
    return this.outcome;
  }

  escalated(_call: CallSubject, request: Parameters<CallActions['escalated']>[1]): void {
    this.escalations.push(request);
  }
}

/** µ-law of the fake voice activity: anything else is silence. */
export const VOICED_BYTE = 0x20;
export const SILENT_BYTE = MULAW_SILENCE;

/** Hears voice where a frame begins with the voiced byte; lets go after a hangover. */
export class FakeVoiceActivity implements VoiceActivity {
  closed = false;
  readonly #startMs: number;
  readonly #hangoverMs: number;
  #atMs = 0;
  #speaking = false;
  #voicedMs = 0;
  #silentMs = 0;

  constructor(startMs = 60, hangoverMs = 200) {
    this.#startMs = startMs;
    this.#hangoverMs = hangoverMs;
  }

  process(frame: Uint8Array): ReturnType<VoiceActivity['process']> {
    this.#atMs += FRAME_MS;
    if (frame[0] === VOICED_BYTE) {
      this.#voicedMs += FRAME_MS;
      this.#silentMs = 0;
      if (this.#speaking || this.#voicedMs < this.#startMs) return undefined;
      this.#speaking = true;
      return { type: 'speech-started', atMs: this.#atMs - this.#voicedMs };
    }
    this.#voicedMs = 0;
    this.#silentMs += FRAME_MS;
    if (!this.#speaking || this.#silentMs < this.#hangoverMs) return undefined;
    this.#speaking = false;
    return { type: 'speech-ended', atMs: this.#atMs - this.#silentMs };
  }

  close(): void {
    this.closed = true;
  }
}
