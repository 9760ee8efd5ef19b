import type { Operations } from '../../../shared/operations';
import * as get from './get';
import * as getMany from './getMany';
import * as hangUp from './hangUp';
import * as make from './make';
import * as speak from './speak';
import * as transfer from './transfer';
import * as update from './update';

export const callOperations: Operations[string] = {
	get,
	getMany,
	hangUp,
	make,
	speak,
	transfer,
	update,
};
