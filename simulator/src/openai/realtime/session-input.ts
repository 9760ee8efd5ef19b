import type { RecordingRecognizer } from '../../recognition/contract.ts';
import { OpenAiError } from '../openai-error.ts';
import { bytesPerMs, decodeTo8k, LineView } from './audio-format.ts';
import type { Ears } from './hearing.ts';
import { InputBuffer } from './input-buffer.ts';
import { newId, type MessageItem } from './items.ts';
import type { Settings } from './settings.ts';
import { TurnDetector } from './turn-detector.ts';

/** A single `append` holds at most so much. */
export const MAX_APPEND_BYTES = 15 * 1024 * 1024;
const MIN_COMMIT_MS = 100;
/** Audio is looked at in steps of 10 ms. */
const STEP_BYTES = 80;

export interface HeardItem {
  readonly item: MessageItem;
  /** Resolves when its words are known. */
  readonly heard: Promise<void>;
}

export interface SessionInputParts {
  readonly settings: Settings;
  /** Ears for audio that begins there, ms. */
  readonly ears: (baseMs: number) => Ears;
  /** Items have no bytes to show where nobody will ask for them. */
  readonly keepsAudio: boolean;
  readonly recordings: RecordingRecognizer;
  speechStarted(itemId: string, audioStartMs: number): void;
  speechStopped(itemId: string, audioEndMs: number): void;
  /** A turn is over and its audio an item, by the detector or by the client. */
  committed(heard: HeardItem, byDetector: boolean): void;
}

/** The input audio buffer of a session: audio in, turns out. */
export class SessionInput {
  readonly #parts: SessionInputParts;
  #view: LineView;
  #hearing: Ears;
  #buffer: InputBuffer;
  #detector: TurnDetector | undefined;
  #detectorFor: unknown;
  #turn: { readonly itemId: string; readonly fromMs: number } | undefined;

  constructor(parts: SessionInputParts) {
    this.#parts = parts;
    const format = parts.settings.inputFormat;
    this.#view = new LineView(format);
    this.#hearing = parts.ears(0);
    this.#buffer = new InputBuffer(format, 0);
    this.settingsChanged();
  }

  /** Ms of audio received in this session. */
  get positionMs(): number {
    return this.#buffer.endMs;
  }

  get speaking(): boolean {
    return this.#turn !== undefined;
  }

  /** Another format or another turn detection holds from here on. */
  settingsChanged(): void {
    const { settings, ears } = this.#parts;
    const format = settings.inputFormat;
    if (format !== this.#buffer.format) {
      const at = this.positionMs;
      this.#view = new LineView(format);
      this.#hearing = ears(at);
      this.#buffer = new InputBuffer(format, at);
      this.#detectorFor = undefined;
    }
    const detection = settings.turnDetection;
    if (detection === this.#detectorFor) return;
    this.#detectorFor = detection;
    this.#turn = undefined;
    this.#detector =
      detection === null
        ? undefined
        : new TurnDetector(detection, this.positionMs, (from, to) =>
            this.#hearing.between(from, to),
          );
  }

  append(bytes: Buffer): void {
    const perMs = bytesPerMs(this.#buffer.format);
    const step = STEP_BYTES * (perMs / 8);
    for (let at = 0; at < bytes.length; at += step) {
      const piece = bytes.subarray(at, at + step);
      this.#buffer.push(piece);
      const mulaw = this.#view.feed(piece);
      this.#hearing.feed(mulaw);
      this.#listen(mulaw);
    }
  }

  /** @throws OpenAiError for an empty buffer */
  commit(): void {
    const { durationMs, startMs, endMs } = this.#buffer;
    if (durationMs < MIN_COMMIT_MS) {
      throw new OpenAiError(
        400,
        `Error committing input audio buffer: buffer too small. Expected at least 100ms of audio, but buffer only has ${durationMs.toFixed(2)}ms of audio.`,
        { code: 'input_audio_buffer_commit_empty' },
      );
    }
    const itemId = this.#turn?.itemId ?? newId('item');
    this.#turn = undefined;
    this.#detector?.reset();
    this.#commit(itemId, startMs, endMs, false);
  }

  clear(): void {
    this.#turn = undefined;
    this.#detector?.reset();
    this.#buffer.dropBefore(this.#buffer.endMs);
    this.#hearing.forgetBefore(this.#buffer.endMs);
  }

  /** The silence of somebody who was waited for becomes an item. */
  commitSilence(itemId: string, fromMs: number): void {
    this.#commit(itemId, fromMs, this.positionMs, true);
  }

  /** What there is to hear in audio that came by another way, as a whole. */
  hear(audio: Buffer): { words: string; durationMs: number } {
    const format = this.#buffer.format;
    const hearing = this.#parts.ears(0);
    hearing.feed(new LineView(format).feed(audio));
    return {
      words: hearing.between(0, Infinity),
      durationMs: audio.length / bytesPerMs(format),
    };
  }

  #listen(mulaw: Uint8Array): void {
    const detector = this.#detector;
    if (!detector) return;
    const change = detector.feed(mulaw);
    if (change?.type === 'started') {
      const fromMs = Math.max(change.audioStartMs, this.#buffer.startMs);
      this.#turn = { itemId: newId('item'), fromMs };
      this.#parts.speechStarted(this.#turn.itemId, Math.round(fromMs));
    } else if (change?.type === 'stopped' && this.#turn) {
      const { itemId, fromMs } = this.#turn;
      this.#turn = undefined;
      this.#parts.speechStopped(itemId, Math.round(change.audioEndMs));
      this.#commit(itemId, fromMs, change.audioEndMs, true);
    } else if (!this.#turn) {
      // As much as the padding of the next turn can need.
      this.#buffer.dropBefore(this.positionMs - detector.paddingMs - 100);
    }
  }

  #commit(itemId: string, fromMs: number, toMs: number, byDetector: boolean): void {
    const { format } = this.#buffer;
    const audio = Buffer.from(this.#buffer.slice(fromMs, toMs));
    const kept = this.#parts.keepsAudio ? { audio } : {};
    const words = this.#hearing.between(fromMs, toMs);
    this.#buffer.dropBefore(toMs);
    this.#hearing.forgetBefore(toMs);
    const item: MessageItem = {
      type: 'message',
      id: itemId,
      role: 'user',
      status: 'completed',
      content: [{ type: 'input_audio', transcript: null, ...kept }],
      audioMs: audio.length / bytesPerMs(format),
      words,
    };
    // Other encodings than the telephone's change the bytes: what was said is looked for by its shape.
    const heard =
      words === '' && format !== 'audio/pcmu'
        ? this.#parts.recordings.recognize(decodeTo8k(audio, format)).then((found) => {
            item.words = found.map(({ text }) => text).join(' ');
          })
        : Promise.resolve();
    this.#parts.committed({ item, heard }, byDetector);
  }
}
