import type { Operations } from '../../shared/operations';
import * as accept from './call/accept';
import * as hangUp from './call/hangUp';
import * as refer from './call/refer';
import * as reject from './call/reject';
import * as createClientSecret from './clientSecret/create';
import * as build from './session/build';

export const operations: Operations = {
	call: { accept, hangUp, refer, reject },
	clientSecret: { create: createClientSecret },
	session: { build },
};
