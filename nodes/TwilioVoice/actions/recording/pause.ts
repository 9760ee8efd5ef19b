import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { changeRecording, runningRecordingFields } from '../../shared/changeRecording';

export const description: INodeProperties[] = [
	...runningRecordingFields,
	{
		displayName: 'During the Pause',
		name: 'pauseBehavior',
		type: 'options',
		default: 'silence',
		options: [
			{
				name: 'Leave It Out',
				value: 'skip',
				description: 'The recording is shorter than the call',
			},
			{ name: 'Record Silence', value: 'silence', description: 'The times stay those of the call' },
		],
		description: 'What the recording has in place of the pause',
	},
];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	return await changeRecording.call(this, itemIndex, {
		Status: 'paused',
		PauseBehavior: this.getNodeParameter('pauseBehavior', itemIndex),
	});
}
