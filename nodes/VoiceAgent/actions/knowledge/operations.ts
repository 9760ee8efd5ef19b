import type { Operations } from '../../../shared/operations';
import * as add from './add';
import * as remove from './delete';
import * as get from './get';
import * as getMany from './getMany';
import * as search from './search';

export const knowledgeOperations: Operations[string] = {
	add,
	delete: remove,
	get,
	getMany,
	search,
};
