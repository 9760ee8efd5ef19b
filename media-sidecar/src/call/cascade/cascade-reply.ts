import type { OpeningSentence } from '../../agents/contract.ts';
import { ProviderError } from '../../kernel/errors.ts';
import type { LlmMessage } from '../../llm/contract.ts';
import type { TurnEvent } from '../../turn/events.ts';
import type { Closing } from '../built-in-tools.ts';
import type { CallContext } from '../conversation.ts';
import { ReplyDelays } from '../reply-delays.ts';
import { runToolRound } from '../tool-round.ts';
import { ModelSteps } from './model-steps.ts';
import { ReplyVoice } from './reply-voice.ts';
import { ReplyUsage } from './usage.ts';

export interface ReplyDeps extends CallContext {
  readonly dispatch: (event: TurnEvent) => void;
}

/** Everything the agent says while it has the floor: an answer of the model, or a fixed phrase. */
export class CascadeReply {
  readonly id: string;
  readonly delays = new ReplyDelays();
  readonly #deps: ReplyDeps;
  readonly #voice: ReplyVoice;
  readonly #usage: ReplyUsage;
  #steps: ModelSteps | undefined;
  #recorded = false;

  constructor(deps: ReplyDeps, id: string) {
    this.id = id;
    this.#deps = deps;
    const { dispatch, providers, session } = deps;
    this.#usage = new ReplyUsage(deps);
    this.#voice = new ReplyVoice(
      {
        leg: deps.leg,
        clock: deps.clock,
        metrics: deps.metrics,
        options: deps.options,
        tts: providers.tts,
        ...(providers.fallbackTts ? { fallbackTts: providers.fallbackTts } : {}),
        voice: session.tenant.voice,
        owner: session.tenant.id,
        delays: this.delays,
      },
      id,
      {
        onAudible: () => {
          this.#usage.turnStarted(deps.log.agentStarted(deps.clock.nowMs()));
          dispatch({ type: 'reply-audible', replyId: id });
        },
        onDrained: () => dispatch({ type: 'reply-drained', replyId: id }),
        onPlayed: () => dispatch({ type: 'reply-played', replyId: id }),
        onRequiredPlayed: () => dispatch({ type: 'protection-ended', replyId: id }),
        onFailed: (error, partlySpoken) => this.#failed('voice', error, partlySpoken),
        onUsage: (usage) => this.#usage.voice(usage),
      },
    );
  }

  /** Begins to answer. Nothing is heard and no tool runs before `commit`. */
  generate(history: readonly LlmMessage[]): void {
    const { agent, clock, metrics, options, providers } = this.#deps;
    if (options.preemptiveVoice) this.#voice.prepare();
    this.#steps = new ModelSteps(
      {
        clock,
        metrics,
        options,
        model: providers.model,
        ...(providers.fallbackModel ? { fallbackModel: providers.fallbackModel } : {}),
        system: agent.systemPrompt(clock.nowMs()),
        tools: this.#deps.builtIn.definitions,
        delays: this.delays,
      },
      history,
      {
        onSentence: (text, step) => this.#voice.add(text, step),
        runTools: async (round) => {
          this.#tell('tools-started');
          const closes = await runToolRound(this.#deps, round);
          this.#tell('tools-finished');
          return closes;
        },
        onFinished: (closes) => this.#finished(closes),
        onFailed: (error, step) => this.#failed('model', error, this.#voice.anySentOf(step)),
        onUsage: (usage) => this.#usage.model(usage),
      },
    );
    this.#steps.start();
  }

  /** The caller's turn has ended: from here on the reply may be heard. */
  commit(speechEndedAtMs: number | undefined): void {
    this.delays.speechEndedAtMs = speechEndedAtMs;
    this.delays.committedAtMs = this.#deps.clock.monotonicMs();
    this.#steps?.commit();
    this.#voice.open();
  }

  /** A filler, ahead of what does not sound yet. */
  sayMeanwhile(text: string): void {
    this.#voice.addNext(text);
  }

  /** A phrase that ends the reply: what was not said yet is given up. */
  sayInstead(sentences: readonly OpeningSentence[]): void {
    this.#steps?.stop();
    this.#voice.dropUnsent();
    for (const { text, required } of sentences) this.#voice.add(text, undefined, required);
    this.#voice.end();
    this.#voice.open();
  }

  hold(): void {
    this.#voice.hold();
  }

  resume(): void {
    this.#voice.resume();
  }

  retry(source: 'model' | 'voice', use: 'same' | 'fallback'): void {
    if (use === 'fallback') this.#deps.metrics.count('provider_fallbacks', { source });
    if (source === 'voice') {
      this.#voice.retry(use);
      return;
    }
    const step = this.#steps?.retry(use);
    // Of its first attempt nothing was heard.
    if (step !== undefined) this.#voice.dropStep(step);
  }

  itemPlayed(itemId: string): void {
    this.#voice.itemPlayed(itemId);
  }

  firstPlayed(): void {
    this.delays.firstMarkAtMs ??= this.#deps.clock.monotonicMs();
  }

  /**
   * Stops everything, writes the record of what was heard, and returns what the model has to know
   * of it. Idempotent.
   */
  finish(interrupted: boolean): LlmMessage[] {
    if (this.#recorded) return [];
    this.#recorded = true;
    this.#voice.stop();
    this.#steps?.stop();
    this.#usage.close();
    const text = this.#voice.heardWords();
    this.#deps.log.agentEnded({
      text,
      generatedText: this.#voice.generatedText,
      interrupted,
      endedAtMs: this.#deps.clock.nowMs(),
      delays: this.delays.toRecord(),
    });
    if (!this.#steps) return text ? [{ role: 'agent', text }] : [];
    return this.#steps.messages((step) => ({
      text: this.#voice.heardWords(step),
      whole: this.#voice.allHeard(step),
    }));
  }

  #finished(closes: Closing | undefined): void {
    if (closes) {
      const transfers = closes === 'transferred';
      if (!this.#voice.anySaid) {
        this.#voice.add(this.#deps.agent.phrase(transfers ? 'transfer' : 'goodbye', 0));
      }
      this.#tell(transfers ? 'transfer-requested' : 'hang-up-requested');
    }
    this.#voice.end();
  }

  #failed(source: 'model' | 'voice', error: unknown, partlySpoken: boolean): void {
    const { dispatch, logger, metrics, providers } = this.#deps;
    const known = error instanceof ProviderError ? error : undefined;
    const code = known?.code ?? 'unknown';
    metrics.count('provider_errors', { source, code });
    // An error that is not a provider's is a fault of ours: its stack has to be seen.
    if (known) logger.warn({ source, code, provider: known.provider }, 'a provider failed');
    else logger.error({ source, err: error }, 'a reply failed');
    dispatch({
      type: 'reply-failed',
      replyId: this.id,
      failure: {
        source,
        retryable: known?.retryable ?? false,
        partlySpoken,
        hasFallback: Boolean(source === 'model' ? providers.fallbackModel : providers.fallbackTts),
      },
    });
  }

  #tell(
    type: 'tools-started' | 'tools-finished' | 'hang-up-requested' | 'transfer-requested',
  ): void {
    this.#deps.dispatch({ type, replyId: this.id });
  }
}
