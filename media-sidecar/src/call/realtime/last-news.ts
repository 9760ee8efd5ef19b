import type { CallerTurns } from './caller-turns.ts';
import type { SessionNews } from './session-events.ts';
import type { UsageMeter } from './usage-meter.ts';

/**
 * What is of interest of a session whose call is over: the words of the caller's last turn, and what was
 * used until then.
 *
 * @param guard runs what may throw
 */
export function lastNews(
  { callers, usage }: { readonly callers: CallerTurns; readonly usage: UsageMeter },
  guard: (act: () => void) => void,
): SessionNews {
  const ignored = (): void => undefined;
  return {
    onCallerTurn: ({ itemId }) => guard(() => callers.committed(itemId)),
    onCallerWords: ({ itemId, text, final }) => guard(() => callers.words(itemId, text, final)),
    onCallerWordsLost: (itemId) => guard(() => callers.lost(itemId)),
    onTranscriptionUsage: (counted) => guard(() => usage.transcription(counted)),
    onResponseDone: ({ responseId, usage: counted }) =>
      guard(() => counted && usage.response(responseId, counted)),
    onSpeechStarted: ignored,
    onSpeechStopped: ignored,
    onResponseStarted: ignored,
    onAudio: ignored,
    onAudioDone: ignored,
    onAgentWords: ignored,
    onToolCall: ignored,
    onRateLimits: ignored,
    onKey: ignored,
    onPlayback: ignored,
    onTruncated: ignored,
    onError: ignored,
  };
}
