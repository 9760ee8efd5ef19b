import type { Operations } from '../../shared/operations';
import { callOperations } from './call/operations';
import { conferenceOperations } from './conference/operations';
import { conversationOperations } from './conversation/operations';
import { liveAudioOperations } from './liveAudio/operations';
import { numberOperations } from './number/operations';
import { recordingOperations } from './recording/operations';
import * as respondConnect from './response/connect';
import * as respondHangUp from './response/hangUp';
import * as respondPlay from './response/play';
import * as respondReject from './response/reject';
import * as respondSay from './response/say';

export const operations: Operations = {
	call: callOperations,
	conference: conferenceOperations,
	conversation: conversationOperations,
	liveAudio: liveAudioOperations,
	number: numberOperations,
	recording: recordingOperations,
	response: {
		connect: respondConnect,
		hangUp: respondHangUp,
		play: respondPlay,
		reject: respondReject,
		say: respondSay,
	},
};
