import type { Operations } from '../../../shared/operations';
import * as getMany from './getMany';
import * as getState from './getState';
import * as record from './record';

export const consentOperations: Operations[string] = { getMany, getState, record };
