import type { Operations } from '../../../shared/operations';
import * as addParticipant from './addParticipant';
import * as coach from './coach';
import * as end from './end';
import * as getMany from './getMany';
import * as getParticipants from './getParticipants';
import * as hold from './hold';
import * as mute from './mute';
import * as remove from './remove';

export const conferenceOperations: Operations[string] = {
	addParticipant,
	coach,
	end,
	getMany,
	getParticipants,
	hold,
	mute,
	remove,
};
