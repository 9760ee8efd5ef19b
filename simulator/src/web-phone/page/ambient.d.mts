/** What a browser has and TypeScript's own library of it lacks. */
declare global {
  const sampleRate: number;
  function registerProcessor(name: string, processor: unknown): void;
  class AudioWorkletProcessor {
    readonly port: MessagePort;
  }

  interface DictationResult {
    readonly isFinal: boolean;
    readonly 0: { readonly transcript: string };
  }
  interface Dictation {
    lang: string;
    continuous: boolean;
    interimResults: boolean;
    onresult:
      ((event: { resultIndex: number; results: ArrayLike<DictationResult> }) => void) | null;
    onerror: ((event: { error: string }) => void) | null;
    onend: (() => void) | null;
    start(): void;
    abort(): void;
  }
  interface Window {
    SpeechRecognition?: new () => Dictation;
    webkitSpeechRecognition?: new () => Dictation;
  }
}
export {};
