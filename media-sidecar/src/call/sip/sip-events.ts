import { MULAW_BYTES_PER_MS } from '../../audio/constants.ts';
import type { Clock, Timer } from '../../kernel/clock.ts';
import type {
  RealtimeListener,
  RealtimeResponseEnd,
  RespondRequest,
} from '../../realtime/contract.ts';
import type { SessionNews } from '../realtime/session-events.ts';
import { RecentMap } from '../recent-map.ts';
import type { SipLeg } from './sip-leg.ts';
import type { SpeechPace } from './speech-pace.ts';

export interface SipEventsParts {
  readonly listener: RealtimeListener;
  readonly leg: SipLeg;
  readonly pace: SpeechPace;
  readonly clock: Clock;
}

interface RunningResponse {
  readonly outOfBand: boolean;
  hasWords: boolean;
  isPlaying: boolean;
  /** Something of it was told since the control of the call was lost, or was back. */
  isFresh: boolean;
}

/** A response of which nothing is told for so long after the control was lost, or was back, is over. */
const LOST_FOR_MS = 6000;
const BACK_FOR_MS = 3000;
/** Speech that began before the loss, and of which nothing is told for so long after it was back, is over. */
const SPEECH_FOR_MS = 4000;
/** So long after it was back, nothing that was missed shows up any more. */
const RECOVERED_AFTER_MS = 60_000;

/**
 * What the control sockets of a call tell, as one session tells it. Where audio would come, its length
 * is told, so that the conversation accounts for what is heard as it does on a media stream.
 *
 * A control socket that is lost takes no conversation with it: model and caller go on talking. What
 * was missed meanwhile is made up for, as far as what comes later shows that it happened: otherwise
 * the conversation would wait for it for ever.
 */
export class SipEvents {
  readonly #parts: SipEventsParts;
  readonly #known = new RecentMap<true>();
  readonly #running = new Map<string, RunningResponse>();
  /** Asked for, and not begun. */
  #asked: RespondRequest[] = [];
  readonly #spoken = new RecentMap<true>();
  readonly #turns = new RecentMap<true>();
  /** Speech of the caller whose turn is not complete. */
  #speech: string | undefined;
  /** The control was lost, and what was missed may still show up. */
  #mayHaveMissed = false;
  #lookTimer: Timer | undefined;
  #recoveredTimer: Timer | undefined;
  #speechTimer: Timer | undefined;
  #isTellingSpeech = false;

  constructor(parts: SipEventsParts) {
    this.#parts = parts;
  }

  /** That the caller speaks is being told in this moment: what comes of it, the provider does itself. */
  get isTellingSpeech(): boolean {
    return this.#isTellingSpeech;
  }

  asked(request: RespondRequest): void {
    this.#asked.push(request);
  }

  cancelled(): void {
    this.#asked = [];
  }

  lost(): void {
    this.#recoveredTimer?.cancel();
    this.#speechTimer?.cancel();
    this.#mayHaveMissed = true;
    this.#parts.pace.missed();
    this.#lookAfter(LOST_FOR_MS);
  }

  back(): void {
    this.#lookAfter(BACK_FOR_MS);
    this.#recoveredTimer = this.#parts.clock.schedule(RECOVERED_AFTER_MS, () => {
      this.#mayHaveMissed = false;
    });
    const speech = this.#speech;
    if (speech === undefined) return;
    // Perhaps all that came of it was a tool's call that nobody has heard of: the caller would wait for ever.
    this.#speechTimer = this.#parts.clock.schedule(SPEECH_FOR_MS, () => {
      if (this.#speech === speech) this.#turnMissed(speech);
    });
  }

  close(): void {
    this.#lookTimer?.cancel();
    this.#recoveredTimer?.cancel();
    this.#speechTimer?.cancel();
  }

  /** For one control socket after the other. */
  get news(): SessionNews {
    const { listener } = this.#parts;
    return {
      onSpeechStarted: ({ itemId, atMs }) => this.#speechStarted(itemId, atMs),
      onSpeechStopped: (speech) => {
        this.#speechMissed(speech.itemId, speech.atMs);
        listener.onSpeechStopped(speech);
      },
      onCallerTurn: (turn) => {
        this.#speechMissed(turn.itemId, 0);
        this.#turnEnded(turn.itemId);
        listener.onCallerTurn(turn);
      },
      onCallerWords: (words) => {
        if (words.final) this.#turnMissed(words.itemId);
        listener.onCallerWords(words);
      },
      onCallerWordsLost: (itemId) => {
        this.#turnMissed(itemId);
        listener.onCallerWordsLost(itemId);
      },
      onResponseStarted: ({ responseId, tag }) => this.#begin(responseId, tag),
      onAudio: () => undefined,
      onAudioDone: (itemId) => listener.onAudioDone(itemId),
      onAgentWords: (words) => this.#words(words),
      onToolCall: (call) => {
        this.#beginMissed(call.responseId);
        listener.onToolCall(call);
      },
      onResponseDone: (end) => this.#end(end),
      onTranscriptionUsage: (usage) => listener.onTranscriptionUsage(usage),
      onRateLimits: (limits) => listener.onRateLimits(limits),
      onKey: (key) => listener.onKey(key),
      onPlayback: (playback) => {
        this.#playback(playback);
        listener.onPlayback(playback);
      },
      // The leg's clock told where when the speech was told, and is as good as this.
      onTruncated: (item) => listener.onTruncated(item),
      onError: (error) => listener.onError(error),
    };
  }

  #speechStarted(itemId: string, atMs: number): void {
    this.#spoken.set(itemId, true);
    this.#speech = itemId;
    this.#isTellingSpeech = true;
    try {
      this.#parts.listener.onSpeechStarted({ itemId, atMs });
    } finally {
      this.#isTellingSpeech = false;
    }
  }

  #turnEnded(itemId: string): void {
    if (this.#speech === itemId) this.#speech = undefined;
    this.#turns.set(itemId, true);
  }

  #words(words: Parameters<RealtimeListener['onAgentWords']>[0]): void {
    const { leg, listener, pace } = this.#parts;
    const { responseId, itemId, delta } = words;
    this.#beginMissed(responseId);
    const running = this.#running.get(responseId);
    if (running) {
      running.hasWords = true;
      running.isFresh = true;
    }
    leg.expect(itemId, responseId);
    listener.onAgentWords(words);
    const mulaw = silenceOf(pace.words(responseId, delta));
    listener.onAudio({ responseId, itemId, mulaw });
  }

  #playback({ responseId, state }: Parameters<RealtimeListener['onPlayback']>[0]): void {
    const { leg, pace } = this.#parts;
    if (state === 'started') {
      leg.playbackStarted(responseId);
      const running = this.#running.get(responseId);
      if (running) running.isPlaying = true;
      // All of its words were told meanwhile, and nobody may wait for an answer that is heard.
      else if (this.#beginMissed(responseId)) this.#endMissed(responseId, 'cancelled');
    } else if (state === 'stopped') {
      // Its end comes before this, unless it was missed.
      this.#endMissed(responseId, 'completed');
      pace.played(responseId, leg.playbackStopped(responseId));
    } else {
      this.#endMissed(responseId, 'cancelled');
      pace.cut(responseId);
      leg.playbackCut(responseId);
    }
  }

  #begin(responseId: string, tag: string | undefined): void {
    if (this.#known.has(responseId)) return;
    const at = tag === undefined ? -1 : this.#asked.findIndex((request) => request.tag === tag);
    const [request] = at < 0 ? [] : this.#asked.splice(at, 1);
    const outOfBand = request?.outOfBand === true;
    if (this.#mayHaveMissed && !outOfBand) this.#makeUpBefore(tag);
    this.#known.set(responseId, true);
    const running = { outOfBand, hasWords: false, isPlaying: false, isFresh: true };
    this.#running.set(responseId, running);
    this.#parts.listener.onResponseStarted({
      responseId,
      ...(tag === undefined ? {} : { tag }),
    });
  }

  #end(end: RealtimeResponseEnd): void {
    this.#beginMissed(end.responseId);
    // Its end was made up already: only what it cost is news.
    if (!this.#running.delete(end.responseId) && !end.usage) return;
    this.#parts.listener.onResponseDone(end);
  }

  /** The model makes one response in its conversation at a time, and by itself one to a complete turn. */
  #makeUpBefore(tag: string | undefined): void {
    for (const [responseId, { outOfBand }] of this.#running) {
      if (!outOfBand) this.#endMissed(responseId, 'completed');
    }
    if (tag === undefined && this.#speech !== undefined) this.#turnMissed(this.#speech);
  }

  /** @returns whether it was: the first that is told of it shows that it has begun */
  #beginMissed(responseId: string): boolean {
    if (!this.#mayHaveMissed || this.#known.has(responseId)) return false;
    this.#begin(responseId, this.#asked.find(({ outOfBand }) => outOfBand !== true)?.tag);
    return true;
  }

  #endMissed(responseId: string, how: 'completed' | 'cancelled'): void {
    const running = this.#running.get(responseId);
    if (!this.#mayHaveMissed || !running) return;
    // One without words was heard without our knowing what it said: no failure, and no line either.
    this.#end({ responseId, status: running.hasWords ? how : 'cancelled', reason: 'missed' });
  }

  /** The caller began to speak while nobody looked. */
  #speechMissed(itemId: string, atMs: number): void {
    if (this.#mayHaveMissed && !this.#spoken.has(itemId)) this.#speechStarted(itemId, atMs);
  }

  /** Its turn was complete while nobody looked. */
  #turnMissed(itemId: string): void {
    if (!this.#mayHaveMissed || this.#turns.has(itemId)) return;
    this.#turnEnded(itemId);
    this.#parts.listener.onCallerTurn({ itemId });
  }

  #lookAfter(delayMs: number): void {
    for (const running of this.#running.values()) running.isFresh = false;
    this.#lookTimer?.cancel();
    this.#lookTimer = this.#parts.clock.schedule(delayMs, () => {
      for (const [responseId, { hasWords, isFresh, isPlaying }] of this.#running) {
        if (!isFresh && (hasWords || isPlaying)) this.#endMissed(responseId, 'completed');
      }
    });
  }
}

/** Stands for audio of which only the length is of interest. */
function silenceOf(ms: number): Uint8Array {
  return new Uint8Array(Math.round(ms) * MULAW_BYTES_PER_MS).fill(0xff);
}
