import { z } from 'zod';
import type { Housekeeping } from '../domain/housekeeping.ts';
import type { JobDefinition } from './queue.ts';

/** Once an hour, on one replica. */
export function tidyUpJob(housekeeping: Housekeeping): JobDefinition<object> {
  return {
    name: 'tidy-up',
    schema: z.looseObject({}),
    queue: { policy: 'singleton', retryLimit: 0 },
    cron: '17 * * * *',
    handle: () => housekeeping.tidyUp(),
  };
}
