import type { Operations } from '../../../shared/operations';
import * as deleteRecording from './delete';
import * as download from './download';
import * as get from './get';
import * as getMany from './getMany';
import * as pause from './pause';
import * as resume from './resume';
import * as start from './start';
import * as stop from './stop';

export const recordingOperations: Operations[string] = {
	delete: deleteRecording,
	download,
	get,
	getMany,
	pause,
	resume,
	start,
	stop,
};
