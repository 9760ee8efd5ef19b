import type { Operations } from '../../../shared/operations';
import * as add from './add';
import * as check from './check';
import * as getMany from './getMany';
import * as remove from './remove';

export const doNotCallOperations: Operations[string] = { add, check, getMany, remove };
