import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import type { AnalysisRequest } from '../analysis/contract';
import { outputOf } from '../analysis/output';
import { analyze } from '../analysis/run';
import { kinds } from '../redaction/find';
import { Redactor, type RedactOptions } from '../redaction/redact';
import { asText } from '../transcript/turn';
import { engineOf } from './engineFields';
import { readOptions } from './options';
import { readConversation } from './source';

export interface Task {
	request: Omit<AnalysisRequest, 'language'>;
	/** Replaces personal data in everything that leaves the node, and puts out the conversation without it. */
	redaction?: Omit<RedactOptions, 'further'>;
}

const beforeSending: RedactOptions = {
	kinds,
	names: [],
	style: 'label',
	further: [],
};

/** Reads the conversation, has it analysed, and words the result. All operations go through here. */
export async function perform(
	this: IExecuteFunctions,
	itemIndex: number,
	{ request, redaction }: Task,
): Promise<IDataObject> {
	const options = readOptions.call(this, itemIndex);
	const engine = engineOf.call(this, itemIndex, options.model);
	const { turns: said, callId, callSid } = await readConversation.call(this, itemIndex);
	const turns =
		engine && options.redactBeforeSending ? new Redactor(beforeSending).turns(said) : said;
	const complete: AnalysisRequest = { ...request, language: options.language };
	const analysed = await analyze(turns, complete, {
		node: this.getNode(),
		itemIndex,
		engine,
		fallBack: options.fallBack,
	});
	const result: IDataObject = {
		...(callId === null ? {} : { callId }),
		...(callSid === null ? {} : { callSid }),
		...outputOf(turns, complete, analysed),
	};
	if (!redaction) return result;
	const redactor = new Redactor({ ...redaction, further: analysed.findings.personalData ?? [] });
	const redacted = redactor.turns(turns);
	const found = redactor.counts;
	const { engine: report, callId: id, callSid: sid, ...rest } = result;
	return {
		...(id === undefined ? {} : { callId: id }),
		...(sid === undefined ? {} : { callSid: sid }),
		...redactor.deep(rest),
		redacted: { transcript: asText(redacted), turns: redacted, found } as unknown as IDataObject,
		engine: report,
	};
}
