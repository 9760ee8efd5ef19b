import type { Handset, HandsetEnding, HandsetEvents } from '../telephone-network/handset.ts';
import { encodeMulaw } from '../audio/mulaw.ts';
import type { Recognizer } from '../recognition/contract.ts';
import type { Utterance, Voices } from '../voices/contract.ts';
import { Ear, type HeardSpeech } from './ear.ts';
import type { Script, ScriptStep } from './script.ts';

export interface SaidSpeech extends HeardSpeech {
  /** From the end of this to the first sound of the other side; null where none followed. */
  readonly responseMs: number | null;
  /** The other side was speaking when this began. */
  readonly overlapped: boolean;
}

export interface CallerReport {
  readonly callSid: string;
  readonly status: HandsetEnding['status'];
  readonly endedBy: HandsetEnding['endedBy'];
  readonly errorCode: number | null;
  readonly answered: boolean;
  /** Ms of audio, from the answer to the end. */
  readonly durationMs: number;
  readonly heard: readonly HeardSpeech[];
  readonly said: readonly SaidSpeech[];
  /** When the other side threw away what it had queued, in ms since the answer. */
  readonly clearsAtMs: readonly number[];
  readonly frames: FrameCounters;
  readonly failures: readonly string[];
}

export interface FrameCounters {
  readonly sent: number;
  readonly received: number;
  /** Times the other side's audio ran dry in mid-speech. */
  readonly underruns: number;
}

/** What the network knows about the call beside what the telephone hears. */
export interface LineFacts {
  readonly clearsAtMs: readonly number[];
  readonly frames: FrameCounters;
}

export interface CallerOptions {
  readonly voice: string;
  readonly script: Script;
  readonly voices: Voices;
  readonly recognizer: Recognizer;
  facts(callSid: string): LineFacts;
}

/** Ends a script from inside. */
class ScriptEnd extends Error {}

/** Somebody with a telephone who follows a script. */
export class ScriptedCaller {
  readonly done: Promise<CallerReport>;
  readonly events: HandsetEvents;
  readonly #options: CallerOptions;
  readonly #ear: Ear;
  readonly #said: { text: string; startMs: number; endMs: number; overlapped: boolean }[] = [];
  readonly #failures: string[] = [];
  readonly #watchers = new Set<() => void>();
  #resolveDone!: (report: CallerReport) => void;
  #handset: Handset | undefined;
  #answered = false;
  #ending: HandsetEnding | undefined;
  /** Speech before this was another turn's. */
  #cursorMs = 0;
  /** End of the caller's own last words. */
  #saidUntilMs = 0;

  constructor(options: CallerOptions) {
    this.#options = options;
    this.done = new Promise((resolve) => (this.#resolveDone = resolve));
    this.#ear = new Ear(options.recognizer, () => this.#wake());
    this.events = {
      answered: () => {
        this.#answered = true;
        void this.#follow();
      },
      audio: (mulaw) => this.#ear.feed(mulaw),
      ended: (ending) => this.#onEnded(ending),
    };
  }

  get callSid(): string {
    return this.#handset?.callSid ?? '';
  }

  /** The telephone that this person holds; before anything happens on it. */
  take(handset: Handset): void {
    this.#handset = handset;
  }

  hangUp(): void {
    this.#handset?.hangUp();
  }

  /** Speech is made before the call, so that a slow machine does not delay an answer. */
  async prepare(): Promise<void> {
    for (const step of this.#options.script)
      if (step.do === 'say' || step.do === 'interrupt') await this.#speech(step);
  }

  async #follow(): Promise<void> {
    try {
      for (const step of this.#options.script) {
        await this.#perform(step);
        if (this.#ending !== undefined) break;
      }
    } catch (error) {
      if (!(error instanceof ScriptEnd)) this.#failures.push(String(error));
    }
    this.#handset?.hangUp();
  }

  async #perform(step: ScriptStep): Promise<void> {
    switch (step.do) {
      case 'wait-for-speech':
        return this.#waitForSpeech(step);
      case 'wait-for-silence':
        return this.#waitForSilence(step);
      case 'wait-for-beep':
        return this.#waitForBeep(step);
      case 'say':
        return this.#say(step);
      case 'interrupt':
        return this.#interrupt(step);
      case 'wait': {
        const untilMs = this.#ear.nowMs + step.ms;
        await this.#until(() => this.#ear.nowMs >= untilMs);
        return;
      }
      case 'press':
        this.#handset?.press(step.digits);
        return;
      case 'hang-up':
        throw new ScriptEnd();
      case 'wait-for-end':
        await this.#until(() => false, step.timeoutMs);
        if (this.#ending === undefined)
          this.#fail(`the other side did not end the call within ${step.timeoutMs} ms`);
    }
  }

  async #waitForSpeech(step: Extract<ScriptStep, { do: 'wait-for-speech' }>): Promise<void> {
    const matching = step.matching ?? /\p{L}/u;
    // Without `g` or `y`, which would remember where they were.
    const expression = new RegExp(matching.source, matching.flags.replace(/[gy]/g, ''));
    const found = await this.#until(
      () => expression.test(this.#ear.wordsSince(this.#cursorMs).text),
      step.timeoutMs,
    );
    const { text, endMs } = this.#ear.wordsSince(this.#cursorMs);
    if (found) this.#cursorMs = endMs;
    else if (this.#ending === undefined)
      this.#fail(`waited ${step.timeoutMs} ms for speech matching ${expression}, heard «${text}»`);
    else this.#endedWhile(`waiting for speech matching ${expression}, heard «${text}»`);
  }

  async #waitForSilence(step: Extract<ScriptStep, { do: 'wait-for-silence' }>): Promise<void> {
    const isSilent = await this.#until(
      () => this.#ear.silentMs >= step.ms && this.#ear.hasSpokenSince(this.#saidUntilMs),
      step.timeoutMs,
    );
    if (!isSilent && this.#ending === undefined)
      this.#fail(`no speech with ${step.ms} ms of silence behind it within ${step.timeoutMs} ms`);
  }

  async #waitForBeep({ timeoutMs }: { readonly timeoutMs: number }): Promise<void> {
    const found = await this.#until(() => this.#ear.hasBeepedSince(this.#saidUntilMs), timeoutMs);
    if (found) this.#cursorMs = this.#ear.nowMs;
    else if (this.#ending === undefined) this.#fail(`waited ${timeoutMs} ms for a beep`);
    else this.#endedWhile('waiting for a beep');
  }

  async #say(step: { readonly text: string; readonly voice?: string | undefined }): Promise<void> {
    const utterance = await this.#speech(step);
    if (this.#ending !== undefined) return;
    const startMs = this.#ear.nowMs;
    const endMs = startMs + utterance.durationMs;
    this.#said.push({ text: step.text, startMs, endMs, overlapped: this.#ear.isSpeaking });
    this.#cursorMs = endMs;
    this.#saidUntilMs = endMs;
    this.#handset?.sendAudio(encodeMulaw(utterance.pcm8k));
    await this.#until(() => this.#ear.nowMs >= endMs);
  }

  async #interrupt(step: Extract<ScriptStep, { do: 'interrupt' }>): Promise<void> {
    const { afterMs, timeoutMs } = step;
    const sound = (): { readonly startMs: number } | undefined =>
      this.#ear.sounds.find(
        ({ startMs, endMs }) => startMs >= this.#cursorMs || endMs > this.#cursorMs,
      );
    const began = await this.#until(() => sound() !== undefined, timeoutMs);
    if (!began) {
      if (this.#ending === undefined) this.#fail(`waited ${timeoutMs} ms for speech to interrupt`);
      return;
    }
    const fromMs = Math.max(sound()?.startMs ?? 0, this.#cursorMs);
    await this.#until(() => this.#ear.nowMs >= fromMs + afterMs);
    if (this.#ending === undefined && !this.#ear.isSpeaking)
      this.#failures.push(`the other side was silent when it was to be interrupted`);
    await this.#say(step);
  }

  #speech(step: {
    readonly text: string;
    readonly voice?: string | undefined;
  }): Promise<Utterance> {
    return this.#options.voices.speak({
      text: step.text,
      voice: step.voice ?? this.#options.voice,
    });
  }

  #endedWhile(doing: string): void {
    const { endedBy, errorCode } = this.#ending ?? {};
    const error = errorCode === undefined ? '' : `, error ${errorCode}`;
    this.#failures.push(`the call ended (by ${endedBy}${error}) while ${doing}`);
  }

  #fail(message: string): never {
    this.#failures.push(message);
    throw new ScriptEnd();
  }

  /** Looks at every frame; false when time, or the call, is over. */
  #until(isTrue: () => boolean, timeoutMs = Number.POSITIVE_INFINITY): Promise<boolean> {
    const latestMs = this.#ear.nowMs + timeoutMs;
    return new Promise((resolve) => {
      const look = (): void => {
        const found = isTrue();
        if (!found && this.#ending === undefined && this.#ear.nowMs < latestMs) return;
        this.#watchers.delete(look);
        resolve(found);
      };
      this.#watchers.add(look);
      look();
    });
  }

  #wake(): void {
    for (const look of this.#watchers) look();
  }

  #onEnded(ending: HandsetEnding): void {
    if (this.#ending !== undefined) return;
    this.#ending = ending;
    this.#ear.end();
    this.#wake();
    if (!this.#answered && this.#options.script.length > 0)
      this.#failures.push(`the call was not answered: ${ending.status}`);
    const { clearsAtMs, frames } = this.#options.facts(this.callSid);
    // After what the script still has to say about the end.
    setImmediate(() =>
      this.#resolveDone({
        callSid: this.callSid,
        status: ending.status,
        endedBy: ending.endedBy,
        errorCode: ending.errorCode ?? null,
        answered: this.#answered,
        durationMs: this.#ear.nowMs,
        heard: this.#ear.heard,
        said: this.#said.map((speech, index) => ({
          ...speech,
          responseMs: this.#responseTo(speech.endMs, this.#said[index + 1]?.startMs),
        })),
        clearsAtMs,
        frames,
        failures: this.#failures,
      }),
    );
  }

  #responseTo(endMs: number, nextStartMs = Number.POSITIVE_INFINITY): number | null {
    const answer = this.#ear.sounds.find(
      ({ startMs }) => startMs >= endMs && startMs < nextStartMs,
    );
    return answer === undefined ? null : answer.startMs - endMs;
  }
}
