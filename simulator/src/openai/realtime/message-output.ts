import { tokensOf } from '../completion.ts';
import { assistantMessage, type ContentPart } from './items.ts';
import { begin, finish, type Output, type Place } from './output.ts';
import type { Response } from './response.ts';
import type { SpokenChunk } from './speech.ts';
import { outputAudioTokens } from './usage.ts';

/** Between two pieces of text that is only written. */
const DELTA_MS = 10;

/** What the model says or writes. */
export class MessageOutput implements Output {
  readonly #response: Response;
  readonly #text: string;
  readonly #item = assistantMessage();
  readonly #audio: Buffer[] = [];
  #place: Place = { previousId: null, index: 0 };
  #said = '';

  constructor(response: Response, text: string) {
    this.#response = response;
    this.#text = text;
  }

  async stream(): Promise<void> {
    const { settings, emit } = this.#response.parts;
    this.#place = begin(this.#response, this.#item);
    const audible = settings.modality === 'audio';
    const part = audible ? { type: 'audio', transcript: '' } : { type: 'text', text: '' };
    this.#item.content.push(this.#part());
    emit({ type: 'response.content_part.added', ...this.#at(), part });
    await (audible ? this.#speak() : this.#write());
  }

  close(status: 'completed' | 'incomplete'): void {
    const { settings, emit } = this.#response.parts;
    const at = this.#at();
    const audible = settings.modality === 'audio';
    this.#item.content[0] = this.#part();
    this.#item.words = this.#said.trim();
    this.#item.status = status;
    if (audible) {
      emit({ type: 'response.output_audio.done', ...at });
      emit({ type: 'response.output_audio_transcript.done', ...at, transcript: this.#said });
    } else {
      emit({ type: 'response.output_text.done', ...at, text: this.#said });
    }
    const part = audible
      ? { type: 'audio', transcript: this.#said }
      : { type: 'text', text: this.#said };
    emit({ type: 'response.content_part.done', ...at, part });
    finish(this.#response, this.#item, this.#place);
  }

  #part(): ContentPart {
    return this.#response.parts.settings.modality === 'audio'
      ? { type: 'output_audio', transcript: this.#said, audio: Buffer.concat(this.#audio) }
      : { type: 'output_text', text: this.#said };
  }

  async #speak(): Promise<void> {
    const response = this.#response;
    const { faults, emit, clock } = response.parts;
    for await (const { audio, durationMs, text } of this.#chunks()) {
      if (response.over) return;
      if (response.audioSince !== undefined) await this.#pause();
      response.audioSince ??= clock.now();
      if (text !== '') {
        this.#said += text;
        emit({ type: 'response.output_audio_transcript.delta', ...this.#at(), delta: text });
      }
      if (faults.canned === null) this.#audio.push(audio);
      this.#item.audioMs += durationMs;
      response.audioMs += durationMs;
      emit({
        type: 'response.output_audio.delta',
        ...this.#at(),
        delta: audio.toString('base64'),
      });
      const tokens = { text: tokensOf(text), audio: outputAudioTokens(durationMs) };
      if (response.spend(tokens)) return;
    }
  }

  #chunks(): Iterable<SpokenChunk> | AsyncIterable<SpokenChunk> {
    const { settings, speech, faults, canned } = this.#response.parts;
    const { voice, speed, format } = settings;
    if (faults.canned) {
      return canned.say(this.#item.id, this.#text.trim(), faults.canned, format.type);
    }
    return speech.say(this.#text, { voice, speed, format: format.type, chunkMs: faults.deltaMs });
  }

  /** Until the next delta is due. */
  async #pause(): Promise<void> {
    const { faults, clock } = this.#response.parts;
    const { canned, deltaIntervalMs } = faults;
    if (!canned) return this.#response.wait(deltaIntervalMs);
    if (canned.allAtOnce) return;
    // By what was sent, so that late timers do not add up.
    const { audioSince = clock.now(), audioMs } = this.#response;
    const dueMs = audioSince + audioMs / canned.realTimeFactor;
    await this.#response.wait(Math.max(0, dueMs - clock.now()));
  }

  async #write(): Promise<void> {
    for (const [delta] of this.#text.matchAll(/\s*\S+\s*$|\s*\S+/gu)) {
      if (this.#said !== '') await this.#response.wait(DELTA_MS);
      this.#said += delta;
      this.#response.parts.emit({ type: 'response.output_text.delta', ...this.#at(), delta });
      if (this.#response.spend({ text: tokensOf(delta) })) return;
    }
  }

  #at() {
    return {
      response_id: this.#response.id,
      item_id: this.#item.id,
      output_index: this.#place.index,
      content_index: 0,
    };
  }
}
