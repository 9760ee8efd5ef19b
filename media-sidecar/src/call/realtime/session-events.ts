import type { RealtimeListener } from '../../realtime/contract.ts';

type SessionEnd = Pick<RealtimeListener, 'onReady' | 'onClosed'>;
/** What a session tells besides its begin and its end. */
export type SessionNews = Omit<RealtimeListener, keyof SessionEnd>;

/**
 * Hears one session, and passes on what it tells as long as that is of interest: a session that
 * another one has replaced may still have something under way.
 */
export class SessionEvents implements RealtimeListener {
  #end: SessionEnd | undefined;
  #news: SessionNews | undefined;

  constructor(end: SessionEnd) {
    this.#end = end;
  }

  /** From now on its news are of interest. */
  connect(news: SessionNews): void {
    if (this.#end) this.#news = news;
  }

  /** Nothing is passed on any more. */
  silence(): void {
    this.#end = undefined;
    this.#news = undefined;
  }

  onReady: RealtimeListener['onReady'] = () => this.#end?.onReady();
  onClosed: RealtimeListener['onClosed'] = (error) => {
    const end = this.#end;
    this.silence();
    end?.onClosed(error);
  };
  onSpeechStarted: RealtimeListener['onSpeechStarted'] = (speech) =>
    this.#news?.onSpeechStarted(speech);
  onSpeechStopped: RealtimeListener['onSpeechStopped'] = (speech) =>
    this.#news?.onSpeechStopped(speech);
  onCallerTurn: RealtimeListener['onCallerTurn'] = (turn) => this.#news?.onCallerTurn(turn);
  onCallerWords: RealtimeListener['onCallerWords'] = (words) => this.#news?.onCallerWords(words);
  onCallerWordsLost: RealtimeListener['onCallerWordsLost'] = (itemId) =>
    this.#news?.onCallerWordsLost(itemId);
  onResponseStarted: RealtimeListener['onResponseStarted'] = (response) =>
    this.#news?.onResponseStarted(response);
  onAudio: RealtimeListener['onAudio'] = (audio) => this.#news?.onAudio(audio);
  onAudioDone: RealtimeListener['onAudioDone'] = (itemId) => this.#news?.onAudioDone(itemId);
  onAgentWords: RealtimeListener['onAgentWords'] = (words) => this.#news?.onAgentWords(words);
  onToolCall: RealtimeListener['onToolCall'] = (call) => this.#news?.onToolCall(call);
  onResponseDone: RealtimeListener['onResponseDone'] = (end) => this.#news?.onResponseDone(end);
  onTranscriptionUsage: RealtimeListener['onTranscriptionUsage'] = (usage) =>
    this.#news?.onTranscriptionUsage(usage);
  onRateLimits: RealtimeListener['onRateLimits'] = (limits) => this.#news?.onRateLimits(limits);
  onKey: RealtimeListener['onKey'] = (key) => this.#news?.onKey(key);
  onPlayback: RealtimeListener['onPlayback'] = (playback) => this.#news?.onPlayback(playback);
  onTruncated: RealtimeListener['onTruncated'] = (item) => this.#news?.onTruncated(item);
  onError: RealtimeListener['onError'] = (error) => this.#news?.onError(error);
}
