import { silentLogger, type Logger } from '../../kernel/logger.ts';
import { noMetrics, type Metrics } from '../../kernel/metrics.ts';
import { OpenAiRefusal, PROVIDER } from './errors.ts';

export interface SipTuningDependencies {
  readonly metrics?: Metrics;
  readonly logger?: Logger;
}

const TUNING = /(^|\.)turn_detection\.(threshold|prefix_padding_ms|silence_duration_ms)$/;

/**
 * Whether OpenAI takes the tuning of `server_vad`, its threshold and times, for calls over SIP. The reference
 * has it for them as for any session, and public projects accept calls with it; but a call was refused for
 * it, with `unknown_parameter`: https://github.com/openai/openai-agents-js/issues/741 (it does not say with
 * which detector). So an accept asks for it, and once it was refused nobody does any more, as long as this
 * process lives.
 *
 * One for each project, shared by those who accept its calls and those who control them.
 */
export class SipTuning {
  readonly #metrics: Metrics;
  readonly #logger: Logger;
  #state: 'untried' | 'taken' | 'refused' = 'untried';

  constructor({ metrics = noMetrics, logger = silentLogger }: SipTuningDependencies = {}) {
    this.#metrics = metrics;
    this.#logger = logger;
  }

  /** An accept may ask for it: one that is refused is sent once more without it. */
  get isWorthATry(): boolean {
    return this.#state !== 'refused';
  }

  /**
   * A control may name it. Never before an accept did: a control whose settings are refused is lost. What
   * a control does not name stays as the call was accepted, by whomever.
   */
  get isTaken(): boolean {
    return this.#state === 'taken';
  }

  /** A call was accepted with it. */
  taken(): void {
    if (this.#state === 'untried') this.#state = 'taken';
  }

  /** Takes note of a refusal. @returns whether it was the tuning that was refused */
  noteRefusal(error: unknown): boolean {
    if (!(error instanceof OpenAiRefusal) || !TUNING.test(error.unknownField ?? '')) return false;
    this.#metrics.count('provider_errors', { source: 'realtime', code: error.code });
    if (this.#state !== 'refused') {
      this.#logger.warn(
        { source: 'realtime', provider: PROVIDER },
        'OpenAI refuses the tuning of server_vad over SIP: calls are accepted without it',
      );
    }
    this.#state = 'refused';
    return true;
  }
}
