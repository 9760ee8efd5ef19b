import type { ResponseUsage, TranscriptionUsage } from '../contract.ts';
import type { WireTranscriptionUsage, WireUsage } from './events.ts';

/** Tokens of a response. What is cached is part of the input. */
export function responseUsage(usage: WireUsage): ResponseUsage {
  const { text_tokens: textInput = 0, audio_tokens: audioInput = 0 } =
    usage.input_token_details ?? {};
  const { text_tokens: textOutput = 0, audio_tokens: audioOutput = 0 } =
    usage.output_token_details ?? {};
  const cached = cachedTokens(usage, textInput);
  return {
    textInput,
    audioInput,
    cachedTextInput: Math.min(cached.text, textInput),
    cachedAudioInput: Math.min(cached.audio, audioInput),
    textOutput,
    audioOutput,
  };
}

/** Where only the sum is told: what is cached is the beginning, and that is the instructions. */
function cachedTokens(usage: WireUsage, textInput: number): { text: number; audio: number } {
  const { cached_tokens: sum = 0, cached_tokens_details: details } =
    usage.input_token_details ?? {};
  if (details) return { text: details.text_tokens ?? 0, audio: details.audio_tokens ?? 0 };
  const text = Math.min(sum, textInput);
  return { text, audio: sum - text };
}

export function transcriptionUsage(usage: WireTranscriptionUsage): TranscriptionUsage {
  if (usage.type === 'duration') return { type: 'duration', seconds: usage.seconds };
  const details = usage.input_token_details;
  return {
    type: 'tokens',
    textInput: details?.text_tokens ?? 0,
    // Without details: what is transcribed is audio.
    audioInput: details?.audio_tokens ?? (details ? 0 : (usage.input_tokens ?? 0)),
    textOutput: usage.output_tokens ?? 0,
  };
}
