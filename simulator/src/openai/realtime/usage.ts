import { tokensOf } from '../completion.ts';
import type { Item } from './items.ts';
import type { Tool } from './settings.ts';

/** The caller's audio is a token each 100 ms, the model's one each 50 ms (managing costs guide). */
const MS_PER_INPUT_TOKEN = 100;
const MS_PER_OUTPUT_TOKEN = 50;

export interface Tokens {
  text: number;
  audio: number;
}

export const inputAudioTokens = (ms: number): number => Math.ceil(ms / MS_PER_INPUT_TOKEN);
export const outputAudioTokens = (ms: number): number => Math.ceil(ms / MS_PER_OUTPUT_TOKEN);

/** What a response reads before it answers. */
export function inputTokens(
  instructions: string,
  tools: readonly Tool[],
  items: readonly Item[],
): Tokens {
  const tokens = {
    text: tokensOf(instructions) + (tools.length > 0 ? tokensOf(JSON.stringify(tools)) : 0),
    audio: 0,
  };
  for (const item of items) {
    if (item.type === 'function_call') tokens.text += tokensOf(item.name + item.arguments);
    else if (item.type === 'function_call_output') tokens.text += tokensOf(item.output);
    else {
      for (const { text, transcript, type } of item.content) {
        if (type === 'output_audio') tokens.text += tokensOf(transcript ?? '');
        else tokens.text += tokensOf(text ?? '');
      }
      tokens.audio +=
        item.role === 'assistant'
          ? outputAudioTokens(item.audioMs)
          : inputAudioTokens(item.audioMs);
    }
  }
  return tokens;
}

/** @param before what the response before this one has read: that much comes from the cache */
export function usageToWire(input: Tokens, output: Tokens, before: Tokens): object {
  const cached = {
    text: Math.min(input.text, before.text),
    audio: Math.min(input.audio, before.audio),
  };
  const inputTotal = input.text + input.audio;
  const outputTotal = output.text + output.audio;
  return {
    total_tokens: inputTotal + outputTotal,
    input_tokens: inputTotal,
    output_tokens: outputTotal,
    input_token_details: {
      text_tokens: input.text,
      audio_tokens: input.audio,
      image_tokens: 0,
      cached_tokens: cached.text + cached.audio,
      cached_tokens_details: {
        text_tokens: cached.text,
        audio_tokens: cached.audio,
        image_tokens: 0,
      },
    },
    output_token_details: { text_tokens: output.text, audio_tokens: output.audio },
  };
}
