import type { Operations } from '../../shared/operations';
import * as get from './call/get';
import * as getMany from './call/getMany';
import * as hangUp from './call/hangUp';
import * as make from './call/make';
import * as update from './call/update';
import * as respondConnect from './response/connect';
import * as respondHangUp from './response/hangUp';
import * as respondPlay from './response/play';
import * as respondReject from './response/reject';
import * as respondSay from './response/say';

export const operations: Operations = {
	call: { get, getMany, hangUp, make, update },
	response: {
		connect: respondConnect,
		hangUp: respondHangUp,
		play: respondPlay,
		reject: respondReject,
		say: respondSay,
	},
};
