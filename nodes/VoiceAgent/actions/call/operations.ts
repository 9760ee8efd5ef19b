import type { Operations } from '../../../shared/operations';
import * as end from './end';
import * as get from './get';
import * as getMany from './getMany';
import * as update from './update';

export const callOperations: Operations[string] = { end, get, getMany, update };
