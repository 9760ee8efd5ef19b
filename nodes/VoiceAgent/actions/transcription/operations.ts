import type { Operations } from '../../../shared/operations';
import * as get from './get';
import * as getMany from './getMany';

export const transcriptionOperations: Operations[string] = { get, getMany };
