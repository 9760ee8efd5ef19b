import type { Operations } from '../../shared/operations';
import { callOperations } from './call/operations';
import { conferenceOperations } from './conference/operations';
import { conversationOperations } from './conversation/operations';
import { liveAudioOperations } from './liveAudio/operations';
import { numberOperations } from './number/operations';
import { recordingOperations } from './recording/operations';
import { responseOperations } from './response/operations';

export const operations: Operations = {
	call: callOperations,
	conference: conferenceOperations,
	conversation: conversationOperations,
	liveAudio: liveAudioOperations,
	number: numberOperations,
	recording: recordingOperations,
	response: responseOperations,
};
