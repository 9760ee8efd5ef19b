import type { Operations } from '../../../shared/operations';
import * as get from './get';
import * as getPrices from './getPrices';

export const costOperations: Operations[string] = { get, getPrices };
