import { MULAW_BYTES_PER_MS } from '../../audio/constants.ts';

interface HeldRequest {
  readonly text: string;
  /** Of the caller's audio in it; 0 for everything else. */
  readonly audioBytes: number;
}

/** What was asked of a session before it was ready, in order. */
export class HeldRequests {
  readonly #maxAudioBytes: number;
  #requests: HeldRequest[] = [];
  #audioBytes = 0;

  constructor(maxAudioMs: number) {
    this.#maxAudioBytes = maxAudioMs * MULAW_BYTES_PER_MS;
  }

  hold(text: string): void {
    this.#requests.push({ text, audioBytes: 0 });
  }

  /** @returns how many of the oldest frames were given up for this one */
  holdAudio(text: string, audioBytes: number): number {
    this.#requests.push({ text, audioBytes });
    this.#audioBytes += audioBytes;
    let dropped = 0;
    while (this.#audioBytes > this.#maxAudioBytes) {
      const oldest = this.#requests.findIndex((request) => request.audioBytes > 0);
      const [frame] = this.#requests.splice(oldest, 1);
      if (!frame) break;
      this.#audioBytes -= frame.audioBytes;
      dropped += 1;
    }
    return dropped;
  }

  /** Everything that was held; nothing is from here on. */
  take(): string[] {
    const requests = this.#requests;
    this.#requests = [];
    this.#audioBytes = 0;
    return requests.map(({ text }) => text);
  }
}
