import type { Operations } from '../../shared/operations';
import * as transcribe from './audio/transcribe';
import * as startLive from './live/start';
import * as stopLive from './live/stop';
import * as getLanguages from './model/getLanguages';
import * as getManyModels from './model/getMany';

export const operations: Operations = {
	audio: { transcribe },
	live: { start: startLive, stop: stopLive },
	model: { getLanguages, getMany: getManyModels },
};
