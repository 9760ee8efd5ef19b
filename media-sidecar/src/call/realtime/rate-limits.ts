import type { Logger } from '../../kernel/logger.ts';
import type { Metrics } from '../../kernel/metrics.ts';
import type { RateLimit } from '../../realtime/contract.ts';

/** Below this part of a limit somebody should know. */
const LOW = 0.1;

/** Reports limits that are nearly reached, each once until it recovers. */
export function watchRateLimits(
  metrics: Metrics,
  logger: Logger,
): (limits: readonly RateLimit[]) => void {
  const low = new Set<string>();
  return (limits) => {
    for (const { name, limit, remaining } of limits) {
      if (limit <= 0) continue;
      metrics.gauge('realtime_rate_limit_left', remaining / limit, { kind: name });
      if (remaining >= limit * LOW) low.delete(name);
      else if (!low.has(name)) {
        low.add(name);
        logger.warn({ limit: name, remaining, of: limit }, 'a rate limit is nearly reached');
      }
    }
  };
}
