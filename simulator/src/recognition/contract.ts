/**
 * Recognition of what a line carried. It knows how the simulator's voices sound (each `Utterance`
 * that was ever made is in its lexicon) and has to find that sound in the audio that arrived:
 * nothing tells it what was said, when, or whether anything was.
 */
export interface Recognizer {
  /** One listener on one direction of one line. Feed it every frame, in order of arrival. */
  listen(events: RecognitionEvents): RecognitionStream;
}

export interface RecognitionStream {
  /** µ-law, 8,000 Hz, any length. Time is counted in the audio that was fed. */
  feed(mulaw: Uint8Array): void;
  /** No more audio comes: finals for what is pending. */
  end(): void;
}

export interface RecognitionEvents {
  speechStarted?(atMs: number): void;
  /** Words found so far in the current utterance. */
  interim?(result: RecognizedSpeech): void;
  final(result: RecognizedSpeech): void;
  speechEnded?(atMs: number): void;
}

export interface RecognizedSpeech {
  readonly text: string;
  readonly words: readonly {
    readonly word: string;
    readonly startMs: number;
    readonly endMs: number;
  }[];
  /** In ms of fed audio. */
  readonly startMs: number;
  readonly endMs: number;
  /** 0..1, from how well the audio matched. */
  readonly confidence: number;
}

/** Recognition of a whole recording that may have been resampled and compressed on its way. */
export interface RecordingRecognizer {
  /**
   * @param pcm 8,000 Hz, full scale 32,768
   * @returns what was said, in order of time; speech of other origin is left out
   */
  recognize(pcm: Int16Array): Promise<readonly RecordedSpeech[]>;
}

/** Words without a pause between them, of one voice. */
export interface RecordedSpeech extends RecognizedSpeech {
  readonly voice: string;
  readonly words: readonly RecordedWord[];
}

export interface RecordedWord {
  readonly word: string;
  readonly startMs: number;
  readonly endMs: number;
  /** 0..1 */
  readonly confidence: number;
}
