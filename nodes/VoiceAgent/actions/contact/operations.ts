import type { Operations } from '../../../shared/operations';
import * as remove from './delete';
import * as get from './get';
import * as getMany from './getMany';
import * as update from './update';
import * as upsert from './upsert';

export const contactOperations: Operations[string] = {
	delete: remove,
	get,
	getMany,
	update,
	upsert,
};
