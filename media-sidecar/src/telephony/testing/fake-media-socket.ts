import { EventEmitter } from 'node:events';

/** A message that was sent to Twilio, as Twilio reads it. */
export interface SentMessage {
  readonly event: string;
  readonly streamSid: string;
  readonly media?: { readonly payload: string };
  readonly mark?: { readonly name: string };
}

/** The sidecar's end of a media WebSocket, without a network: a test plays Twilio. */
export class FakeMediaSocket extends EventEmitter {
  readonly sent: SentMessage[] = [];
  bufferedAmount = 0;
  readyState: 0 | 1 | 2 | 3 = 1;
  closeCode: number | undefined;
  terminated = false;
  /** How often something was handed to the network; what is sent while corked goes together. */
  writes = 0;
  #corked = 0;
  #waiting = false;

  send(message: string): void {
    this.sent.push(JSON.parse(message) as SentMessage);
    if (this.#corked > 0) this.#waiting = true;
    else this.writes += 1;
  }

  cork(): void {
    this.#corked += 1;
  }

  uncork(): void {
    this.#corked -= 1;
    if (this.#corked > 0 || !this.#waiting) return;
    this.#waiting = false;
    this.writes += 1;
  }

  close(code?: number): void {
    this.readyState = 2;
    this.closeCode = code;
  }

  terminate(): void {
    this.terminated = true;
    this.drop();
  }

  /** The connection is gone, without a word. */
  drop(): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.emit('close', 1006, Buffer.alloc(0));
  }

  receive(message: unknown): void {
    this.receiveRaw(JSON.stringify(message));
  }

  receiveRaw(text: string): void {
    this.emit('message', Buffer.from(text), false);
  }

  receiveBinary(bytes: Uint8Array): void {
    this.emit('message', Buffer.from(bytes), true);
  }

  get sentAudioBytes(): number {
    return this.sent.reduce(
      (sum, { media }) => sum + (media ? Buffer.from(media.payload, 'base64').length : 0),
      0,
    );
  }

  get sentMarks(): readonly string[] {
    return this.sent.flatMap(({ mark }) => (mark ? [mark.name] : []));
  }

  /** Sends marks back whose audio was played, or that a clear has met. */
  returnMarks(streamSid: string, ...names: readonly string[]): void {
    for (const name of names) this.receive({ event: 'mark', streamSid, mark: { name } });
  }
}
