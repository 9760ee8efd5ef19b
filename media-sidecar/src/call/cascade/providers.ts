import type { LanguageModel } from '../../llm/contract.ts';
import type { SpeechToText } from '../../stt/contract.ts';
import type { TextToSpeech } from '../../tts/contract.ts';

/** The three providers of a cascade, and who steps in for them. */
export interface CascadeProviders {
  readonly stt: SpeechToText;
  readonly model: LanguageModel;
  readonly fallbackModel?: LanguageModel;
  readonly tts: TextToSpeech;
  readonly fallbackTts?: TextToSpeech;
}
