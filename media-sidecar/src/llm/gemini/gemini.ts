import {
  FunctionCallingConfigMode,
  GoogleGenAI,
  ThinkingLevel,
  type GenerateContentConfig,
} from '@google/genai';
import type { Clock } from '../../kernel/clock.ts';
import { ProviderError } from '../../kernel/errors.ts';
import type { LanguageModel, LlmEvent, LlmRequest } from '../contract.ts';
import { GeminiAnswer, PROVIDER } from './answer.ts';
import { geminiError } from './errors.ts';
import { toContents } from './parts.ts';

export interface GeminiOptions {
  readonly apiKey: string;
  /** Google's own when absent. */
  readonly baseUrl?: string;
  /** @defaultValue 'gemini-3.8-flash' */
  readonly model: string;
  /**
   * More thinking makes the caller wait.
   * @defaultValue 'LOW'
   */
  readonly thinkingLevel: 'LOW' | 'MEDIUM' | 'HIGH';
  /** @defaultValue 2048 tokens, thoughts included */
  readonly maxOutputTokens: number;
  /**
   * How long the model may be silent, at the beginning and in between.
   * @defaultValue 8000 ms
   */
  readonly idleTimeoutMs: number;
}

export const defaultGeminiOptions = {
  model: 'gemini-3.8-flash',
  thinkingLevel: 'LOW',
  maxOutputTokens: 2048,
  idleTimeoutMs: 8000,
} as const satisfies Omit<GeminiOptions, 'apiKey'>;

const SPEAK_ONLY = { functionCallingConfig: { mode: FunctionCallingConfigMode.NONE } } as const;

/** Google Gemini through the Gemini API. */
export class Gemini implements LanguageModel {
  readonly name: string;
  readonly #client: GoogleGenAI;
  readonly #options: GeminiOptions;
  readonly #clock: Clock;

  constructor(
    options: Partial<GeminiOptions> & Pick<GeminiOptions, 'apiKey'>,
    dependencies: { readonly clock: Clock },
  ) {
    this.#options = { ...defaultGeminiOptions, ...options };
    this.#clock = dependencies.clock;
    this.name = `${PROVIDER}:${this.#options.model}`;
    const { apiKey, baseUrl } = this.#options;
    this.#client = new GoogleGenAI({
      apiKey,
      // Said in full, so that the SDK does not look into the environment.
      vertexai: false,
      httpOptions: baseUrl === undefined ? {} : { baseUrl },
    });
  }

  async *generate(request: LlmRequest, signal: AbortSignal): AsyncGenerator<LlmEvent> {
    if (signal.aborted) return;
    const { model } = this.#options;
    const answer = new GeminiAnswer(model);
    const silence = new SilenceWatch(this.#clock, this.#options.idleTimeoutMs);
    let isUsageTold = false;
    const tellUsage = () => {
      if (isUsageTold || !answer.usage) return;
      isUsageTold = true;
      request.onUsage?.(answer.usage);
    };
    // In the same moment: whoever gives a reply up closes its record then.
    signal.addEventListener('abort', tellUsage, { once: true });
    const abortSignal = AbortSignal.any([signal, silence.signal]);
    try {
      const stream = await this.#client.models.generateContentStream({
        model,
        contents: toContents(request.history, model),
        config: this.#config(request, abortSignal),
      });
      for await (const chunk of stream) {
        // The time that the consumer takes is not the model's silence.
        silence.pause();
        for (const event of answer.take(chunk)) {
          if (signal.aborted) return;
          yield event;
        }
        silence.resume();
      }
      if (signal.aborted) return;
      const done = answer.done();
      tellUsage();
      yield done;
    } catch (error) {
      if (signal.aborted) return;
      throw silence.signal.aborted ? tooLate(error) : geminiError(error);
    } finally {
      silence.stop();
      signal.removeEventListener('abort', tellUsage);
      tellUsage();
    }
  }

  #config(request: LlmRequest, abortSignal: AbortSignal): GenerateContentConfig {
    const { tools, mayCallTools = true, system, maxOutputTokens } = request;
    return {
      abortSignal,
      maxOutputTokens: maxOutputTokens ?? this.#options.maxOutputTokens,
      thinkingConfig: { thinkingLevel: ThinkingLevel[this.#options.thinkingLevel] },
      ...(system === '' ? {} : { systemInstruction: system }),
      ...(tools.length === 0
        ? {}
        : {
            tools: [
              {
                functionDeclarations: tools.map(({ name, description, parameters }) => ({
                  name,
                  description,
                  parametersJsonSchema: parameters,
                })),
              },
            ],
            ...(mayCallTools ? {} : { toolConfig: SPEAK_ONLY }),
          }),
    };
  }
}

/** Aborts when nothing was heard for too long. */
class SilenceWatch {
  readonly #controller = new AbortController();
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  #timer;

  constructor(clock: Clock, timeoutMs: number) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    this.#timer = this.#start();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  pause(): void {
    this.#timer.cancel();
  }

  resume(): void {
    this.#timer = this.#start();
  }

  stop(): void {
    this.#timer.cancel();
    // Ends the request of a consumer that stopped early.
    this.#controller.abort();
  }

  #start() {
    return this.#clock.schedule(this.#timeoutMs, () => this.#controller.abort());
  }
}

function tooLate(cause: unknown): ProviderError {
  return new ProviderError(PROVIDER, 'timeout', 'the model was silent for too long', {
    retryable: true,
    cause,
  });
}
