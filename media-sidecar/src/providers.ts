import type { CascadeProviders } from './call/cascade/providers.ts';
import type { Config } from './config/config.ts';
import type { Clock } from './kernel/clock.ts';
import { ProviderError } from './kernel/errors.ts';
import type { Logger } from './kernel/logger.ts';
import type { Metrics } from './kernel/metrics.ts';

export interface ProviderDeps {
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

/** PROVISIONAL until the adapters are in the tree. */
export function buildProviders(_config: Config, _deps: ProviderDeps): Promise<CascadeProviders> {
  const missing = (): never => {
    throw new ProviderError('none', 'unavailable', 'no adapter', { retryable: false });
  };
  return Promise.resolve({
    stt: { name: 'none', open: missing },
    model: { name: 'none', generate: missing },
    tts: { name: 'none', synthesize: missing },
  });
}
