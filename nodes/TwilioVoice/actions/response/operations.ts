import type { Operations } from '../../../shared/operations';
import * as connect from './connect';
import * as hangUp from './hangUp';
import * as play from './play';
import * as reject from './reject';
import * as say from './say';

export const responseOperations: Operations[string] = { connect, hangUp, play, reject, say };
