import type { RealtimeListener, RealtimeSession } from './contract.ts';

export type Watch = Pick<RealtimeListener, 'onReady' | 'onResponseStarted' | 'onClosed'>;

/** The listener, and before it whoever watches. */
export function watching(listener: RealtimeListener, watch: Watch): RealtimeListener {
  return {
    onReady: () => {
      watch.onReady();
      listener.onReady();
    },
    onResponseStarted: (response) => {
      watch.onResponseStarted(response);
      listener.onResponseStarted(response);
    },
    onClosed: (error) => {
      watch.onClosed(error);
      listener.onClosed(error);
    },
    onSpeechStarted: (speech) => listener.onSpeechStarted(speech),
    onSpeechStopped: (speech) => listener.onSpeechStopped(speech),
    onCallerTurn: (turn) => listener.onCallerTurn(turn),
    onCallerWords: (words) => listener.onCallerWords(words),
    onCallerWordsLost: (itemId) => listener.onCallerWordsLost(itemId),
    onAudio: (audio) => listener.onAudio(audio),
    onAudioDone: (itemId) => listener.onAudioDone(itemId),
    onAgentWords: (words) => listener.onAgentWords(words),
    onToolCall: (call) => listener.onToolCall(call),
    onResponseDone: (response) => listener.onResponseDone(response),
    onTranscriptionUsage: (usage) => listener.onTranscriptionUsage(usage),
    onRateLimits: (limits) => listener.onRateLimits(limits),
    onKey: (key) => listener.onKey(key),
    onPlayback: (playback) => listener.onPlayback(playback),
    onTruncated: (item) => listener.onTruncated(item),
    onError: (error) => listener.onError(error),
  };
}

/** The session; `closed` is told before it is closed by us. */
export function closing(session: RealtimeSession, closed: () => void): RealtimeSession {
  return {
    append: (mulaw) => session.append(mulaw),
    add: (items) => session.add(items),
    respond: (request) => session.respond(request),
    cancel: () => session.cancel(),
    truncate: (itemId, audioEndMs) => session.truncate(itemId, audioEndMs),
    toolResult: (callId, output) => session.toolResult(callId, output),
    update: (settings) => session.update(settings),
    close: () => {
      closed();
      session.close();
    },
  };
}

/** A session that was never opened. */
export class RefusedSession implements RealtimeSession {
  readonly #closed: () => void;

  constructor(closed: () => void) {
    this.#closed = closed;
  }

  append(): void {}
  add(): void {}
  respond(): void {}
  cancel(): void {}
  truncate(): void {}
  toolResult(): void {}
  update(): void {}
  close(): void {
    this.#closed();
  }
}
