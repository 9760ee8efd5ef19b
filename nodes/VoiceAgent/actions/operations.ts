import type { Operations } from '../../shared/operations';
import * as getCall from './call/get';
import * as getManyCalls from './call/getMany';
import * as startSession from './session/start';
import * as getTenant from './tenant/get';
import * as getManyTenants from './tenant/getMany';
import * as resolveTenant from './tenant/resolve';

export const operations: Operations = {
	session: { start: startSession },
	call: { get: getCall, getMany: getManyCalls },
	tenant: { get: getTenant, getMany: getManyTenants, resolve: resolveTenant },
};
