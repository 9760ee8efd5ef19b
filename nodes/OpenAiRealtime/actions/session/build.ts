import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { readSession } from '../../session/build';
import { sessionFields } from '../../session/fields';

export const description: INodeProperties[] = [
	{
		displayName:
			'Nothing is sent. The item gets the session, for Accept, Create Client Secret or an HTTP request.',
		name: 'buildNotice',
		type: 'notice',
		default: '',
	},
	// Building from JSON would be to build nothing.
	...sessionFields
		.filter(({ name }) => name !== 'sessionFrom' && name !== 'sessionJson')
		.map((field) => ({ ...field, displayOptions: undefined })),
];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	const session = readSession.call(this, itemIndex, 'any');
	const tools = (session.tools ?? []) as IDataObject[];
	const secretive = tools.find(({ authorization }) => authorization !== undefined);
	if (secretive) {
		throw new NodeOperationError(
			this.getNode(),
			`The access token of the MCP server "${String(secretive.server_label)}" would be visible in the output`,
			{
				itemIndex,
				description:
					'Remove Authorization here, and configure this server in the operation that sends the session: Accept or Create Client Secret.',
			},
		);
	}
	return { ...this.getInputData()[itemIndex]?.json, session };
}
