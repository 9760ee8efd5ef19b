import type { Operations } from '../../shared/operations';
import type { BatchOperation } from '../shared/batch';
import * as getStatistics from './phraseCache/getStatistics';
import * as getWarming from './phraseCache/getWarming';
import * as remove from './phraseCache/remove';
import * as warm from './phraseCache/warm';
import * as synthesize from './speech/synthesize';
import * as getManyVoices from './voice/getMany';

/** One item after the other. */
export const operations: Operations = {
	voice: { getMany: getManyVoices },
	phraseCache: { getStatistics, getWarming, remove },
};

/** All items at once. */
export const batchOperations: Record<string, Record<string, BatchOperation>> = {
	speech: { synthesize },
	phraseCache: { warm },
};
