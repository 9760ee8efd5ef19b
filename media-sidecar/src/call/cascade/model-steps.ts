import type { Clock } from '../../kernel/clock.ts';
import { ProviderError } from '../../kernel/errors.ts';
import type { Metrics } from '../../kernel/metrics.ts';
import type {
  LanguageModel,
  LlmEvent,
  LlmMessage,
  LlmRequest,
  ModelUsage,
  ToolCall,
  ToolDefinition,
} from '../../llm/contract.ts';
import type { Closing } from '../built-in-tools.ts';
import type { CallOptions } from '../options.ts';
import type { ReplyDelays } from '../reply-delays.ts';
import { SentenceSplitter } from '../sentence-splitter.ts';
import { speakable } from '../speakable.ts';
import { guarded } from '../stall-guard.ts';
import type { ToolRound } from '../tool-round.ts';

/** One request to the model, and what came of it. */
export interface ModelStep {
  text: string;
  readonly toolCalls: ToolCall[];
  /** What the model is told of each call; missing while the tool runs. */
  readonly results: Map<string, unknown>;
  providerParts: unknown;
  /** The model has ended it by itself, and all of it counts. */
  complete: boolean;
  sentences: number;
}

type FinishReason = Extract<LlmEvent, { type: 'done' }>['finishReason'];

export interface ModelStepsListener {
  onSentence(text: string, step: number): void;
  /** Runs the calls; what it resolves with, if anything, leaves no further step. */
  runTools(round: ToolRound): Promise<Closing | undefined>;
  onFinished(closes: Closing | undefined): void;
  onFailed(error: unknown, step: number): void;
  /** Of each request, also of those that were given up. */
  onUsage(usage: ModelUsage): void;
}

export interface ModelStepsDeps {
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly options: CallOptions;
  readonly model: LanguageModel;
  readonly fallbackModel?: LanguageModel;
  readonly system: string;
  readonly tools: readonly ToolDefinition[];
  readonly delays: ReplyDelays;
}

/** What a tool call is told that was never begun: history must hold a result for every call. */
const CANCELLED_RESULT = { error: 'cancelled' } as const;

/** Asks the model, runs its tools, asks again, until it has answered. */
export class ModelSteps {
  readonly steps: ModelStep[] = [];
  readonly #deps: ModelStepsDeps;
  readonly #history: readonly LlmMessage[];
  readonly #listener: ModelStepsListener;
  readonly #abort = new AbortController();
  readonly #committed = Promise.withResolvers<void>();
  #useFallback = false;

  constructor(deps: ModelStepsDeps, history: readonly LlmMessage[], listener: ModelStepsListener) {
    this.#deps = deps;
    this.#history = history;
    this.#listener = listener;
  }

  start(): void {
    void this.#run();
  }

  /** From here on tools may run: they may have effects that cannot be taken back. */
  commit(): void {
    this.#committed.resolve();
  }

  /** Asks again for the step that failed last; returns its number. */
  retry(use: 'same' | 'fallback'): number {
    if (use === 'fallback') this.#useFallback = true;
    this.#deps.delays.disturbed = true;
    this.steps.pop();
    const step = this.steps.length;
    void this.#run();
    return step;
  }

  stop(): void {
    this.#abort.abort();
    this.#committed.resolve();
  }

  /** The steps as history, each message with the words that `heard` gives for it. */
  messages(heard: (step: number) => { text: string; whole: boolean }): LlmMessage[] {
    return this.steps.flatMap((step, index) => messagesOf(step, heard(index)));
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort;
    try {
      for (;;) {
        const step = await this.#ask(signal);
        if (signal.aborted) return;
        if (step.toolCalls.length === 0) {
          this.#listener.onFinished(undefined);
          return;
        }
        this.#deps.delays.disturbed = true;
        await this.#committed.promise;
        if (signal.aborted) return;
        const { toolCalls: calls, results } = step;
        const closes = await this.#listener.runTools({ calls, results, signal });
        if (signal.aborted) return;
        if (closes) {
          this.#listener.onFinished(closes);
          return;
        }
      }
    } catch (error) {
      if (signal.aborted) return;
      this.#listener.onFailed(error, this.steps.length - 1);
    }
  }

  async #ask(signal: AbortSignal): Promise<ModelStep> {
    const { clock, delays, metrics, options, system } = this.#deps;
    const model = (this.#useFallback && this.#deps.fallbackModel) || this.#deps.model;
    const index = this.steps.length;
    const history = [...this.#history, ...this.messages((at) => this.#generated(at))];
    const step: ModelStep = {
      text: '',
      toolCalls: [],
      results: new Map(),
      providerParts: undefined,
      complete: false,
      sentences: 0,
    };
    this.steps.push(step);
    // The last step may only speak: a model that keeps calling tools would never answer.
    const mayCallTools = index + 1 < options.maxModelSteps;
    const askedAtMs = clock.monotonicMs();
    delays.modelRequestedAtMs ??= askedAtMs;
    const splitter = new SentenceSplitter();
    let lastSaid = '';
    const speak = (sentences: readonly string[]) => {
      for (const sentence of sentences) {
        lastSaid = sentence;
        this.#speak(step, index, sentence);
      }
    };
    const request: LlmRequest = {
      system,
      history,
      tools: this.#deps.tools,
      mayCallTools,
      maxOutputTokens: options.maxOutputTokens,
      onUsage: (usage) => this.#listener.onUsage(usage),
    };
    let finishReason: FinishReason | undefined;
    let hasStrayCall = false;
    const events = guarded((inner) => model.generate(request, inner), signal, clock, {
      provider: model.name,
      firstMs: options.modelFirstEventMs,
      nextMs: options.modelStallMs,
    });
    let first = true;
    for await (const event of events) {
      if (first && event.type !== 'done') {
        first = false;
        metrics.observeMs('model_first_token', clock.monotonicMs() - askedAtMs);
        delays.modelFirstTokenAtMs ??= clock.monotonicMs();
      }
      if (event.type === 'text') {
        step.text += event.text;
        speak(splitter.push(event.text));
      } else if (event.type === 'tool-call') {
        if (mayCallTools) step.toolCalls.push(event.call);
        else hasStrayCall = true;
      } else {
        step.providerParts = event.providerParts;
        finishReason = event.finishReason;
      }
    }
    if (signal.aborted) return step;
    // What was said before a call that failed only led up to it; the step is asked for again.
    if (finishReason === 'malformed' && mayCallTools) throw this.#malformed(model);
    if (finishReason === 'max-tokens' && step.toolCalls.length === 0) {
      // The rest is never said, not even behind a full stop: of "10.500", "10." may be what is left.
      if (endsSentence(lastSaid)) return step;
      throw failure(model, 'the limit of output tokens left no whole sentence', false);
    }
    speak(splitter.flush());
    if (step.sentences === 0 && step.toolCalls.length === 0) {
      if (finishReason === 'blocked') {
        throw new ProviderError(model.name, 'blocked', 'the answer was blocked', {
          retryable: false,
        });
      }
      if (finishReason === 'malformed' || hasStrayCall) throw this.#malformed(model);
      throw failure(model, 'an empty answer', true);
    }
    step.complete = finishReason !== undefined;
    return step;
  }

  /** The same request would go the same way: it is sent again only where no other model can be asked. */
  #malformed(model: LanguageModel): ProviderError {
    const hasOther = this.#deps.fallbackModel !== undefined;
    return failure(model, 'a call or an answer that cannot be used', !hasOther);
  }

  #speak(step: ModelStep, index: number, sentence: string): void {
    const words = speakable(sentence);
    if (!/[\p{L}\p{N}]/u.test(words)) return;
    step.sentences += 1;
    this.#deps.delays.firstSentenceAtMs ??= this.#deps.clock.monotonicMs();
    this.#listener.onSentence(words, index);
  }

  /** While the reply is being made, the model goes on from all that it wrote. */
  #generated(index: number): { text: string; whole: boolean } {
    return { text: this.steps[index]?.text ?? '', whole: true };
  }
}

const failure = (model: LanguageModel, message: string, retryable: boolean): ProviderError =>
  new ProviderError(model.name, 'protocol', message, { retryable });

/** A clause that is spoken ahead of its sentence, or a piece of a long one, does not. */
const endsSentence = (text: string): boolean => /[.!?…]["'”’»)\]*_]*$/.test(text);

function messagesOf(step: ModelStep, heard: { text: string; whole: boolean }): LlmMessage[] {
  const whole = heard.whole && step.complete;
  const text = whole ? step.text.trim() : heard.text;
  // Calls that were never begun are none: the reply was given up before.
  const calls = step.complete ? step.toolCalls : [];
  if (!text && calls.length === 0) return [];
  return [
    {
      role: 'agent',
      text,
      ...(calls.length > 0 ? { toolCalls: calls } : {}),
      ...(whole && step.providerParts !== undefined ? { providerParts: step.providerParts } : {}),
    },
    ...calls.map((call): LlmMessage => ({
      role: 'tool',
      callId: call.id,
      name: call.name,
      result: step.results.has(call.id) ? step.results.get(call.id) : CANCELLED_RESULT,
    })),
  ];
}
