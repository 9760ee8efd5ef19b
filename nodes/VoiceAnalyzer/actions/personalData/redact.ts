import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { furtherKinds, readRedaction, redactionFields } from '../../fields/redaction';
import { engineFields } from '../../shared/engineFields';
import { optionsField } from '../../shared/options';
import { perform } from '../../shared/perform';
import { sourceFields } from '../../shared/sourceFields';

export const description: INodeProperties[] = [
	...sourceFields,
	...engineFields('rules', {
		description:
			'Patterns with check digits always apply. A language model finds names and addresses beyond them, and gets to see the conversation for it.',
	}),
	...redactionFields,
	optionsField,
];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	const redaction = readRedaction.call(this, itemIndex);
	const further = furtherKinds(redaction.kinds);
	return await perform.call(this, itemIndex, {
		request: further.length > 0 ? { personalData: { kinds: further } } : {},
		redaction,
	});
}

export { concurrency } from '../../shared/options';
