import type { Operations } from '../../../shared/operations';
import * as getMany from './getMany';
import * as updateStatus from './updateStatus';

export const callbackOperations: Operations[string] = { getMany, updateStatus };
