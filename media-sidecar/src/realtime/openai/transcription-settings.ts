import type { RealtimeSettings } from '../contract.ts';

interface Hints {
  readonly language: 'language' | 'languages';
  /** Where names go that the transcript should know. */
  readonly names?: 'keywords' | 'prompt';
}

/**
 * What each model takes, after `AudioTranscription` of openai 7.55. Of the newest two the guide says
 * that they have `languages` in place of `language`. A hint that its model does not take makes the API
 * refuse the whole session, so a model that is not known here gets no names.
 * https://developers.openai.com/api/docs/guides/realtime-transcription
 */
const hintsOf: readonly (readonly [model: RegExp, hints: Hints])[] = [
  [/^gpt-(live-)?transcribe(-\d{4}-\d{2}-\d{2})?$/, { language: 'languages', names: 'keywords' }],
  [
    /^(whisper-1|gpt-4o(-mini)?-transcribe(-\d{4}-\d{2}-\d{2})?)$/,
    { language: 'language', names: 'prompt' },
  ],
  [/^(gpt-realtime-whisper|gpt-4o-transcribe-diarize)$/, { language: 'language' }],
];
const hintsOfOthers: Hints = { language: 'language' };

type Transcribing = Pick<
  RealtimeSettings,
  'transcriptionModel' | 'transcriptionPrompt' | 'languageCode'
>;

/** `audio.input.transcription`. */
export function transcriptionToWire(settings: Transcribing): object {
  const { transcriptionModel: model, transcriptionPrompt: names = '', languageCode } = settings;
  const hints = hintsOf.find(([pattern]) => pattern.test(model))?.[1] ?? hintsOfOthers;
  // ISO-639-1, the first part of a BCP-47 name.
  const language = languageCode.split('-')[0]?.toLowerCase();
  return {
    model,
    ...(hints.language === 'languages' ? { languages: [language] } : { language }),
    ...namesToWire(names, hints),
  };
}

function namesToWire(text: string, hints: Hints): object {
  // A keyword with one of these is refused.
  const names = text.replaceAll(/[<>\r\n]+/g, ' ').trim();
  if (names === '' || hints.names === undefined) return {};
  return hints.names === 'keywords' ? { keywords: [names] } : { prompt: names };
}
