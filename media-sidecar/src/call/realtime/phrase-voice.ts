import type { SpeechUsage, TextToSpeech } from '../../tts/contract.ts';
import { ProviderError } from '../../kernel/errors.ts';
import type { CallContext } from '../conversation.ts';
import { guarded } from '../stall-guard.ts';
import { AgentTurn } from './agent-turn.ts';
import type { Playout } from './playout.ts';

type PhraseVoiceDeps = Pick<
  CallContext,
  'clock' | 'logger' | 'metrics' | 'options' | 'providers' | 'session'
>;

export interface PhraseVoiceListener {
  /** No voice could say it, after some of it was perhaps heard. */
  onFailed(turnId: string): void;
  /** Told also of what nobody hears in the end. */
  onUsage(turnId: string, usage: SpeechUsage): void;
  /** A fault of ours, which nobody else would hear of. */
  onFault(error: unknown): void;
}

/**
 * Says fixed sentences with the voice of the cascade: where the model is away, or busy. One after
 * the other.
 */
export class PhraseVoice {
  readonly #deps: PhraseVoiceDeps;
  readonly #playout: Playout;
  readonly #listener: PhraseVoiceListener;
  readonly #waiting: { readonly turn: AgentTurn; readonly sentences: readonly string[] }[] = [];
  #abort: AbortController | undefined;
  /** The one that is being said. */
  #turn: AgentTurn | undefined;
  #said = 0;

  constructor(deps: PhraseVoiceDeps, playout: Playout, listener: PhraseVoiceListener) {
    this.#deps = deps;
    this.#playout = playout;
    this.#listener = listener;
  }

  /** Speech is being made; what sounds already is the playout's. */
  get busy(): boolean {
    return this.#abort !== undefined;
  }

  /** The same of speech that does not only bridge a silence. */
  get speaks(): boolean {
    if (!this.busy) return false;
    return this.#turn?.isAside === false || this.#waiting.some(({ turn }) => !turn.isAside);
  }

  /**
   * Returns the id of its turn.
   * @param isAside it only bridges a silence
   */
  say(sentences: readonly string[], isAside: boolean): string {
    const turn = new AgentTurn(`phrase-${this.#said++}`, undefined, isAside);
    this.#waiting.push({ turn, sentences });
    if (!this.#abort) this.#run().catch((error: unknown) => this.#listener.onFault(error));
    return turn.id;
  }

  /** Gives up what makes no sound yet: something better is there to be heard. */
  dropSilent(): void {
    this.#waiting.length = 0;
    if (!this.#turn || this.#turn.hasAudio) return;
    this.#playout.complete(this.#turn.id);
    this.stop();
  }

  /** Says nothing more. What sounds is the playout's to stop. */
  stop(): void {
    this.#waiting.length = 0;
    this.#abort?.abort();
    this.#abort = undefined;
  }

  async #run(): Promise<void> {
    const abort = new AbortController();
    this.#abort = abort;
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
      const { turn, sentences } = next;
      this.#turn = turn;
      this.#playout.begin(turn);
      const spoken = await this.#speakAll(turn, sentences, abort.signal);
      if (abort.signal.aborted) return;
      // Before the turn ends: who is told of its end may ask whether there is more.
      if (this.#waiting.length === 0) this.#abort = undefined;
      this.#playout.complete(turn.id, !spoken);
      if (!spoken) this.#listener.onFailed(turn.id);
      if (abort !== this.#abort) return;
    }
  }

  /** @returns whether all of it was made */
  async #speakAll(
    turn: AgentTurn,
    sentences: readonly string[],
    signal: AbortSignal,
  ): Promise<boolean> {
    for (const [index, sentence] of sentences.entries()) {
      if (!(await this.#speak(turn, `${turn.id}.${index}`, sentence, signal))) return false;
      if (signal.aborted) return true;
    }
    return true;
  }

  async #speak(
    turn: AgentTurn,
    itemId: string,
    text: string,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { tts, fallbackTts } = this.#deps.providers;
    this.#playout.words(turn.id, itemId, text);
    for (const voice of [tts, ...(fallbackTts ? [fallbackTts] : [])]) {
      try {
        await this.#synthesize(voice, turn.id, itemId, text, signal);
        if (!signal.aborted) this.#playout.audioDone(itemId);
        return true;
      } catch (error) {
        if (signal.aborted) return true;
        this.#report(error);
        // A second voice must not say again what was heard.
        if (turn.item(itemId).audioBytes > 0) return false;
      }
    }
    return false;
  }

  async #synthesize(
    tts: TextToSpeech,
    turnId: string,
    itemId: string,
    text: string,
    signal: AbortSignal,
  ): Promise<void> {
    const { clock, options, session } = this.#deps;
    const { id: owner, voice } = session.tenant;
    const limits = { firstMs: options.voiceFirstByteMs, nextMs: options.voiceStallMs };
    const onUsage = (usage: SpeechUsage) => this.#listener.onUsage(turnId, usage);
    const audio = guarded(
      (inner) => tts.synthesize({ text, voice, owner, onUsage }, inner),
      signal,
      clock,
      { provider: tts.name, ...limits },
    );
    let bytes = 0;
    for await (const chunk of audio) {
      bytes += chunk.byteLength;
      this.#playout.audio(turnId, itemId, chunk);
    }
    if (bytes > 0 || signal.aborted) return;
    throw new ProviderError(tts.name, 'protocol', 'no audio', { retryable: true });
  }

  #report(error: unknown): void {
    const { logger, metrics } = this.#deps;
    const known = error instanceof ProviderError ? error : undefined;
    // Nobody could hear it (over SIP): nobody was asked.
    if (known?.code === 'cancelled') return;
    const code = known?.code ?? 'unknown';
    metrics.count('provider_errors', { source: 'voice', code });
    if (known)
      logger.warn({ source: 'voice', code, provider: known.provider }, 'a provider failed');
    else logger.error({ source: 'voice', err: error }, 'a phrase failed');
  }
}
