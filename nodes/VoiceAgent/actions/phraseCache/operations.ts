import type { Operations } from '../../../shared/operations';
import * as getMany from './getMany';
import * as getStatistics from './getStatistics';
import * as remove from './remove';

export const phraseCacheOperations: Operations[string] = { getMany, getStatistics, remove };
