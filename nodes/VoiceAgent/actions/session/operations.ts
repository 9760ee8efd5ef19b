import type { Operations } from '../../../shared/operations';
import * as answerSipCall from './answerSipCall';
import * as start from './start';

export const sessionOperations: Operations[string] = { answerSipCall, start };
