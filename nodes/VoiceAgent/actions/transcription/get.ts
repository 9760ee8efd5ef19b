import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { sidecarRequest } from '../../../shared/sidecar';
import { readText } from '../../shared/checks';
import { transcriptionLocator } from '../../shared/locators';
import { withSpokenTranscript } from '../../shared/transcript';

export const description: INodeProperties[] = [transcriptionLocator];

export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	const id = readText.call(this, 'transcriptionId', 'Transcription', itemIndex);
	return withSpokenTranscript(
		await sidecarRequest(this, {
			method: 'GET',
			path: `/v1/transcriptions/${encodeURIComponent(id)}`,
			itemIndex,
		}),
	);
}
