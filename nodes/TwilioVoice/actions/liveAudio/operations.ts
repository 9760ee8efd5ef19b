import type { Operations } from '../../../shared/operations';
import * as connect from './connect';
import * as sendDigits from './sendDigits';
import * as start from './start';
import * as stop from './stop';

export const liveAudioOperations: Operations[string] = { connect, sendDigits, start, stop };
