import { MULAW_BYTES_PER_MS } from '../../audio/constants.ts';
import type {
  RealtimeListener,
  RealtimeModel,
  RealtimeSession,
  RealtimeSettings,
} from '../../realtime/contract.ts';
import type { SipLeg } from './sip-leg.ts';

/** Speech of about this pace is assumed until the call's own is known, in ms a character. */
const FIRST_MS_PER_CHARACTER = 60;
/** Weight of the newest response in the pace that is learnt. */
const LEARNING_RATE = 0.5;

/**
 * A model for a single call that reached it over SIP. A session of it is a control socket: words and
 * events come as usual, and where audio would come, its length is told, so that the conversation
 * accounts for what is heard as it does on a media stream.
 */
export class SipModel implements RealtimeModel {
  readonly #model: RealtimeModel;
  readonly #callId: string;
  readonly #leg: SipLeg;
  readonly #pace = new SpeechPace();
  #sessions = 0;

  constructor(model: RealtimeModel, callId: string, leg: SipLeg) {
    this.#model = model;
    this.#callId = callId;
    this.#leg = leg;
  }

  get name(): string {
    return this.#model.name;
  }

  get isOpen(): boolean {
    return this.#model.isOpen;
  }

  open(settings: RealtimeSettings, listener: RealtimeListener): RealtimeSession {
    const first = this.#sessions === 0;
    this.#sessions += 1;
    const told = sipListener(listener, this.#leg, this.#pace);
    const session = this.#model.control(this.#callId, settings, told);
    // A lost control socket takes no conversation with it: the provider still has it all.
    return first ? session : withoutRestoration(session);
  }

  control(callId: string, settings: RealtimeSettings, listener: RealtimeListener): RealtimeSession {
    return this.#model.control(callId, settings, listener);
  }
}

/** How long the words of this call's voice take. */
class SpeechPace {
  readonly #characters = new Map<string, number>();
  #msPerCharacter = FIRST_MS_PER_CHARACTER;

  /** @returns how long the words take, in ms */
  words(responseId: string, text: string): number {
    this.#characters.set(responseId, (this.#characters.get(responseId) ?? 0) + text.length);
    return text.length * this.#msPerCharacter;
  }

  played(responseId: string, heardMs: number): void {
    const characters = this.#characters.get(responseId) ?? 0;
    this.#characters.delete(responseId);
    if (characters === 0 || heardMs <= 0) return;
    this.#msPerCharacter += LEARNING_RATE * (heardMs / characters - this.#msPerCharacter);
  }

  cut(responseId: string): void {
    this.#characters.delete(responseId);
  }
}

function sipListener(listener: RealtimeListener, leg: SipLeg, pace: SpeechPace): RealtimeListener {
  return {
    onReady: () => listener.onReady(),
    onSpeechStarted: (speech) => listener.onSpeechStarted(speech),
    onSpeechStopped: (speech) => listener.onSpeechStopped(speech),
    onCallerTurn: (turn) => listener.onCallerTurn(turn),
    onCallerWords: (words) => listener.onCallerWords(words),
    onCallerWordsLost: (itemId) => listener.onCallerWordsLost(itemId),
    onResponseStarted: (response) => listener.onResponseStarted(response),
    onAudio: () => undefined,
    onAudioDone: (itemId) => listener.onAudioDone(itemId),
    onAgentWords: (words) => {
      const { responseId, itemId, delta } = words;
      leg.expect(itemId, responseId);
      listener.onAgentWords(words);
      const mulaw = audioOfLength(pace.words(responseId, delta));
      listener.onAudio({ responseId, itemId, mulaw });
    },
    onToolCall: (call) => listener.onToolCall(call),
    onResponseDone: (response) => listener.onResponseDone(response),
    onTranscriptionUsage: (usage) => listener.onTranscriptionUsage(usage),
    onRateLimits: (limits) => listener.onRateLimits(limits),
    onKey: (key) => listener.onKey(key),
    onPlayback: (playback) => {
      const { responseId, state } = playback;
      if (state === 'started') leg.playbackStarted(responseId);
      else if (state === 'stopped') pace.played(responseId, leg.playbackStopped(responseId));
      else pace.cut(responseId);
      listener.onPlayback(playback);
    },
    onTruncated: (item) => {
      leg.truncated(item.itemId, item.audioEndMs);
      listener.onTruncated(item);
    },
    onError: (error) => listener.onError(error),
    onClosed: (error) => {
      // The provider knows the call no more: it was hung up.
      if (error.code === 'not-found') leg.callEnded();
      else listener.onClosed(error);
    },
  };
}

function withoutRestoration(session: RealtimeSession): RealtimeSession {
  let restored = false;
  return {
    append: (mulaw) => session.append(mulaw),
    add: (items) => {
      if (restored) session.add(items);
      restored = true;
    },
    respond: (request) => session.respond(request),
    cancel: () => session.cancel(),
    truncate: (itemId, audioEndMs) => session.truncate(itemId, audioEndMs),
    toolResult: (callId, output) => session.toolResult(callId, output),
    update: (settings) => session.update(settings),
    close: () => session.close(),
  };
}

const longest = new Uint8Array(8192 * MULAW_BYTES_PER_MS).fill(0xff);

/** Stands for audio of which only the length is of interest. */
function audioOfLength(ms: number): Uint8Array {
  return longest.subarray(0, Math.round(ms) * MULAW_BYTES_PER_MS);
}
