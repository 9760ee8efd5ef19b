import type { Operations } from '../../../shared/operations';
import * as getMany from './getMany';
import * as lookUp from './lookUp';
import * as setWebhooks from './setWebhooks';

export const numberOperations: Operations[string] = { getMany, lookUp, setWebhooks };
