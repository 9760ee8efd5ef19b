import { FRAME_MS, levelOf, SPEECH_LEVEL } from '../telephone-network/line-audio.ts';
import type { AnsweredBy } from './call-data.ts';
import type { CallSession } from './call-session.ts';

/** https://www.twilio.com/docs/voice/answering-machine-detection */
export interface DetectionOptions {
  readonly mode: 'Enable' | 'DetectMessageEnd';
  /** @defaultValue 30000 */
  readonly timeoutMs: number;
  /** Speech longer than this is a machine. @defaultValue 2400 */
  readonly speechThresholdMs: number;
  /** Silence that ends a greeting. @defaultValue 1200 */
  readonly speechEndThresholdMs: number;
  /** Silence at the start after which nobody knows. @defaultValue 5000 */
  readonly silenceTimeoutMs: number;
  readonly asynchronous: boolean;
  readonly callback?: { readonly url: string; readonly method: 'GET' | 'POST' } | undefined;
}

export const defaultDetectionOptions = {
  mode: 'Enable',
  timeoutMs: 30_000,
  speechThresholdMs: 2400,
  speechEndThresholdMs: 1200,
  silenceTimeoutMs: 5000,
  asynchronous: false,
} as const satisfies DetectionOptions;

/**
 * Decides from the length of what the answering side says first, as Twilio's thresholds describe.
 * Frame by frame, without a clock.
 */
export class MachineDetector {
  readonly #options: DetectionOptions;
  #elapsedMs = 0;
  #speechMs = 0;
  #silenceMs = 0;
  #isMachine = false;

  constructor(options: DetectionOptions) {
    this.#options = options;
  }

  get elapsedMs(): number {
    return this.#elapsedMs;
  }

  /** @returns the decision, once there is one */
  frame(mulaw: Uint8Array): AnsweredBy | undefined {
    const options = this.#options;
    this.#elapsedMs += FRAME_MS;
    if (levelOf(mulaw) >= SPEECH_LEVEL) {
      // Pauses inside a greeting belong to it.
      this.#speechMs += FRAME_MS + (this.#speechMs > 0 ? this.#silenceMs : 0);
      this.#silenceMs = 0;
    } else this.#silenceMs += FRAME_MS;
    if (this.#speechMs >= options.speechThresholdMs) this.#isMachine = true;
    const greetingEnded = this.#speechMs > 0 && this.#silenceMs >= options.speechEndThresholdMs;
    if (this.#isMachine) {
      if (options.mode === 'Enable') return 'machine_start';
      if (greetingEnded) return 'machine_end_silence';
    } else if (greetingEnded) return 'human';
    else if (this.#speechMs === 0 && this.#silenceMs >= options.silenceTimeoutMs) return 'unknown';
    if (this.#elapsedMs < options.timeoutMs) return undefined;
    return this.#isMachine ? 'machine_start' : 'unknown';
  }
}

/** Resolves with the decision, or when the call is over. */
export function startAnsweringMachineDetection(
  session: CallSession,
  options: DetectionOptions,
): Promise<void> {
  const detector = new MachineDetector(options);
  session.isDetecting = options.asynchronous;
  return new Promise((resolve) => {
    const unlisten = session.line.listen({
      frame: (mulaw) => {
        const answeredBy = detector.frame(mulaw);
        if (answeredBy === undefined) return;
        unlisten();
        session.isDetecting = false;
        session.answeredBy = answeredBy;
        session.log('answered-by', { answeredBy });
        if (options.asynchronous && options.callback)
          void session.exchange.notify(session, options.callback.url, options.callback.method, {
            AccountSid: session.account.sid,
            CallSid: session.sid,
            AnsweredBy: answeredBy,
            MachineDetectionDuration: String(detector.elapsedMs),
          });
        resolve();
      },
      ended: () => resolve(),
    });
  });
}
