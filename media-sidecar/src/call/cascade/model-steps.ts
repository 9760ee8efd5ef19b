import type { Clock } from '../../kernel/clock.ts';
import { ProviderError } from '../../kernel/errors.ts';
import type { Metrics } from '../../kernel/metrics.ts';
import type {
  LanguageModel,
  LlmMessage,
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
  complete: boolean;
  sentences: number;
}

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
    const tools = index + 1 < options.maxModelSteps ? this.#deps.tools : [];
    const askedAtMs = clock.monotonicMs();
    delays.modelRequestedAtMs ??= askedAtMs;
    const splitter = new SentenceSplitter();
    const speak = (sentences: readonly string[]) => {
      for (const sentence of sentences) this.#speak(step, index, sentence);
    };
    let blocked = false;
    const { maxOutputTokens } = options;
    const onUsage = (usage: ModelUsage) => this.#listener.onUsage(usage);
    const events = guarded(
      (inner) => model.generate({ system, history, tools, maxOutputTokens, onUsage }, inner),
      signal,
      clock,
      { provider: model.name, firstMs: options.modelFirstEventMs, nextMs: options.modelStallMs },
    );
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
        if (tools.length > 0) step.toolCalls.push(event.call);
      } else {
        step.providerParts = event.providerParts;
        step.complete = true;
        blocked = event.finishReason === 'blocked';
      }
    }
    if (signal.aborted) return step;
    speak(splitter.flush());
    if (step.sentences > 0 || step.toolCalls.length > 0) return step;
    throw blocked
      ? new ProviderError(model.name, 'blocked', 'the answer was blocked', { retryable: false })
      : new ProviderError(model.name, 'protocol', 'an empty answer', { retryable: true });
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
