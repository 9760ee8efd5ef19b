import type { Operation } from '../../../shared/operations';
import * as ask from './ask';
import * as dial from './dial';
import * as enqueue from './enqueue';
import * as hangUp from './hangUp';
import * as pause from './pause';
import * as play from './play';
import * as record from './record';
import * as reject from './reject';
import * as say from './say';

export const conversationOperations: Record<string, Operation> = {
	ask,
	dial,
	enqueue,
	hangUp,
	pause,
	play,
	record,
	reject,
	say,
};
