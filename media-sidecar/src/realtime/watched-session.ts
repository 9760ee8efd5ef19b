import type { RealtimeListener, RealtimeSession } from './contract.ts';

export interface Watch extends Pick<RealtimeListener, 'onReady' | 'onCallerTurn' | 'onClosed'> {
  /** It has begun to say something, or has ended a response in order. May be told several times. */
  onAnswered(): void;
}

/** The listener, and before it whoever watches. */
export function watching(listener: RealtimeListener, watch: Watch): RealtimeListener {
  const watched: RealtimeListener = {
    onReady: () => {
      watch.onReady();
      listener.onReady();
    },
    onCallerTurn: (turn) => {
      watch.onCallerTurn(turn);
      listener.onCallerTurn(turn);
    },
    onAudio: (audio) => {
      // The first one tells enough, and they come many times a second.
      watched.onAudio = (next) => listener.onAudio(next);
      watch.onAnswered();
      listener.onAudio(audio);
    },
    onResponseDone: (response) => {
      if (response.status === 'completed') watch.onAnswered();
      listener.onResponseDone(response);
    },
    onPlayback: (playback) => {
      if (playback.state === 'started') watch.onAnswered();
      listener.onPlayback(playback);
    },
    onClosed: (error) => {
      watch.onClosed(error);
      listener.onClosed(error);
    },
    onSpeechStarted: (speech) => listener.onSpeechStarted(speech),
    onSpeechStopped: (speech) => listener.onSpeechStopped(speech),
    onCallerWords: (words) => listener.onCallerWords(words),
    onCallerWordsLost: (itemId) => listener.onCallerWordsLost(itemId),
    onResponseStarted: (response) => listener.onResponseStarted(response),
    onAudioDone: (itemId) => listener.onAudioDone(itemId),
    onAgentWords: (words) => listener.onAgentWords(words),
    onToolCall: (call) => listener.onToolCall(call),
    onTranscriptionUsage: (usage) => listener.onTranscriptionUsage(usage),
    onRateLimits: (limits) => listener.onRateLimits(limits),
    onKey: (key) => listener.onKey(key),
    onTruncated: (item) => listener.onTruncated(item),
    onError: (error) => listener.onError(error),
  };
  return watched;
}

export interface Use {
  /** Told before it is asked for a response. */
  asked(): void;
  /** Told before its settings are changed. */
  updated(change: Parameters<RealtimeSession['update']>[0]): void;
  /** Told before it is closed by us. */
  closed(): void;
}

/** The session, and before it whoever watches how it is used. */
export function using(session: RealtimeSession, use: Use): RealtimeSession {
  return {
    append: (mulaw) => session.append(mulaw),
    add: (items) => session.add(items),
    respond: (request) => {
      use.asked();
      session.respond(request);
    },
    cancel: () => session.cancel(),
    truncate: (itemId, audioEndMs) => session.truncate(itemId, audioEndMs),
    toolResult: (callId, output) => session.toolResult(callId, output),
    update: (change) => {
      use.updated(change);
      session.update(change);
    },
    close: () => {
      use.closed();
      session.close();
    },
    finish: () => {
      use.closed();
      return session.finish();
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

  finish(): undefined {
    this.#closed();
  }
}
