import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { asObject } from '../../../shared/googleFailure';
import { googleProject, googleRequest } from '../../../shared/googleSpeech';
import { speechModels } from '../../data/models';

/** That a model knows a language, and what it can do in it. */
export interface Entry {
	model: string;
	language: string;
	/** Google's names, e.g. `speaker_diarization`; null where only the documentation was asked. */
	features: string[] | null;
}

/**
 * What there is: of version 1 as the documentation says, of version 2 as the Locations API tells
 * (google.cloud.speech.v2.LocationsMetadata).
 */
export async function catalogue(this: IExecuteFunctions, itemIndex: number): Promise<Entry[]> {
	if (this.getNodeParameter('apiVersion', itemIndex) === 'v1') {
		return speechModels
			.filter(({ apiVersion }) => apiVersion === 'v1')
			.flatMap(({ name, languages }) =>
				languages.map((language) => ({ model: name, language, features: null })),
			);
	}
	const location = String(this.getNodeParameter('location', itemIndex));
	const project = await googleProject(this, itemIndex);
	if (project === '') {
		throw new NodeOperationError(this.getNode(), 'Version 2 needs a project', {
			itemIndex,
			description:
				'Fill in Project ID in the Google Speech credential, or choose Version 1 in the field API.',
		});
	}
	const reply = await googleRequest(this, {
		service: 'speech',
		method: 'GET',
		path: `/v2/projects/${encodeURIComponent(project)}/locations/${encodeURIComponent(location)}`,
		location,
		itemIndex,
	});
	const languages = asObject(asObject(asObject(reply.metadata).languages).models);
	return Object.entries(languages).flatMap(([language, known]) =>
		Object.entries(asObject(asObject(known).modelFeatures)).map(([model, has]) => ({
			model,
			language,
			features: featuresOf(asObject(has)),
		})),
	);
}

function featuresOf({ modelFeature }: IDataObject): string[] {
	return Array.isArray(modelFeature)
		? modelFeature.map((one) => String(asObject(one).feature ?? '')).filter(Boolean)
		: [];
}

/** Those whose language is the wanted one, or any country of a language that is given without one. */
export function inLanguage(entries: Entry[], wanted: string): Entry[] {
	const language = wanted.trim().toLowerCase();
	if (language === '') return entries;
	return entries.filter(({ language: code }) => {
		const own = code.toLowerCase();
		return own === language || own.startsWith(`${language}-`);
	});
}
