import { OpenAiError } from '../openai-error.ts';
import type { RealtimeSession } from './session-schema.ts';

const TUNING = ['threshold', 'prefix_padding_ms', 'silence_duration_ms'] as const;

/**
 * The fault `refusesSipTuning`, worded as in openai-agents-js, issue 741.
 * @param place the session's own
 * @throws OpenAiError 400
 */
export function refuseSipTuning(session: RealtimeSession, place: string): void {
  const detection = session.audio?.input?.turn_detection;
  if (detection?.type !== 'server_vad') return;
  for (const name of TUNING) {
    if (detection[name] === undefined) continue;
    const param = `${place}.audio.input.turn_detection.${name}`;
    throw OpenAiError.invalid(`Unknown parameter: '${param}'.`, param, 'unknown_parameter');
  }
}
