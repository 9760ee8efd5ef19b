import type {
  RecognitionEvents,
  RecognitionStream,
  RecognizedSpeech,
  Recognizer,
} from '../../recognition/contract.ts';
import type { SpeakRequest, Utterance, Voices } from '../../voices/contract.ts';

/** Says every text as a buzz of 60 ms per letter. */
export class FakeVoices implements Voices {
  readonly requests: SpeakRequest[] = [];
  /** Thrown by the next `speak`. */
  failure: Error | undefined;
  /** Utterances wait for this. */
  gate: Promise<void> = Promise.resolve();

  async speak(request: SpeakRequest): Promise<Utterance> {
    this.requests.push(request);
    await this.gate;
    if (this.failure) throw this.failure;
    const durationMs = request.text.length * 60;
    const pcm8k = Int16Array.from({ length: durationMs * 8 }, (_, i) =>
      i % 40 < 20 ? 8000 : -8000,
    );
    return { text: request.text, voice: request.voice, pcm8k, words: [], durationMs };
  }
}

/** Hears what the test tells it to have heard. */
export class FakeRecognizer implements Recognizer {
  readonly streams: FakeRecognitionStream[] = [];

  listen(events: RecognitionEvents): RecognitionStream {
    const stream = new FakeRecognitionStream(events);
    this.streams.push(stream);
    return stream;
  }
}

export class FakeRecognitionStream implements RecognitionStream {
  readonly events: RecognitionEvents;
  fedBytes = 0;
  ended = false;

  constructor(events: RecognitionEvents) {
    this.events = events;
  }

  feed(mulaw: Uint8Array): void {
    this.fedBytes += mulaw.length;
  }

  end(): void {
    this.ended = true;
  }

  interim(text: string, startMs: number): void {
    this.events.interim?.(recognized(text, startMs));
  }

  final(text: string, startMs: number): void {
    this.events.final(recognized(text, startMs));
  }
}

export function recognized(text: string, startMs: number): RecognizedSpeech {
  return { text, words: [], startMs, endMs: startMs + text.length * 60, confidence: 0.9 };
}
