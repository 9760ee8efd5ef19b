import { randomUUID } from 'node:crypto';
import { joinedParts, tokensOfPart } from './answer.ts';
import type { GeminiAnswer } from './answer.ts';
import type { GeminiModel } from './models.ts';
import type { Part } from './request.ts';

/** What is sent around an answer, in one piece or in chunks. */
export class Envelope {
  readonly #answer: GeminiAnswer;
  readonly #modelVersion: string;
  readonly #responseId = randomUUID();
  #candidateTokens = 0;

  constructor(answered: GeminiAnswer, model: GeminiModel) {
    this.#answer = answered;
    this.#modelVersion = model.name;
  }

  whole(): object {
    const { blockReason } = this.#answer;
    if (blockReason !== undefined) return this.#blocked(blockReason);
    const parts = joinedParts(this.#answer.parts);
    this.#count(parts);
    return this.#around({ ...this.#content(parts), ...this.#ending() });
  }

  /** One for each part, and one more for an end that has no part to come with. */
  *chunks(): Generator<object> {
    const { parts, blockReason, finishMessage } = this.#answer;
    if (blockReason !== undefined) {
      yield this.#blocked(blockReason);
      return;
    }
    const last = finishMessage === undefined ? parts.at(-1) : undefined;
    const endsWithPart = last !== undefined && last.thought !== true;
    for (const [index, part] of parts.entries()) {
      const ends = endsWithPart && index === parts.length - 1;
      this.#count([part]);
      yield this.#around({ ...this.#content([part]), ...(ends ? this.#ending() : {}) });
    }
    if (!endsWithPart) yield this.#around({ ...this.#content([]), ...this.#ending() });
  }

  /** An answer that is empty has a role all the same; one that came to nothing has no content. */
  #content(parts: readonly Part[]): object {
    if (parts.length > 0) return { content: { parts, role: 'model' } };
    return this.#answer.finishReason === 'STOP' ? { content: { role: 'model' } } : {};
  }

  #ending(): object {
    const { finishReason, finishMessage } = this.#answer;
    return { finishReason, ...(finishMessage === undefined ? {} : { finishMessage }) };
  }

  /** Thoughts have a count of their own, and a summary of them costs nothing more. */
  #count(parts: readonly Part[]): void {
    for (const part of parts) if (!part.thought) this.#candidateTokens += tokensOfPart(part);
  }

  #around(candidate: object): object {
    const { promptTokenCount, thoughtsTokenCount } = this.#answer;
    const candidatesTokenCount = this.#candidateTokens;
    return {
      candidates: [{ ...candidate, index: 0 }],
      usageMetadata: {
        promptTokenCount,
        ...(candidatesTokenCount > 0 ? { candidatesTokenCount } : {}),
        totalTokenCount: promptTokenCount + thoughtsTokenCount + candidatesTokenCount,
        promptTokensDetails: [{ modality: 'TEXT', tokenCount: promptTokenCount }],
        ...(thoughtsTokenCount > 0 ? { thoughtsTokenCount } : {}),
      },
      modelVersion: this.#modelVersion,
      responseId: this.#responseId,
    };
  }

  /** A prompt that is blocked gets no candidate, not even an empty one. */
  #blocked(blockReason: string): object {
    const { promptTokenCount } = this.#answer;
    return {
      promptFeedback: { blockReason },
      usageMetadata: { promptTokenCount, totalTokenCount: promptTokenCount },
      modelVersion: this.#modelVersion,
      responseId: this.#responseId,
    };
  }
}
