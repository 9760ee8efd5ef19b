import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { changeRecording, runningRecordingFields } from '../../shared/changeRecording';

export const description: INodeProperties[] = runningRecordingFields;

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	return await changeRecording.call(this, itemIndex, { Status: 'in-progress' });
}
