import type { Operations } from '../../shared/operations';
import { callOperations } from './call/operations';
import { consentOperations } from './consent/operations';
import { contactOperations } from './contact/operations';
import { doNotCallOperations } from './doNotCall/operations';
import { knowledgeOperations } from './knowledge/operations';
import { phraseCacheOperations } from './phraseCache/operations';
import * as startSession from './session/start';
import { tenantOperations } from './tenant/operations';
import { transcriptionOperations } from './transcription/operations';

export const operations: Operations = {
	call: callOperations,
	consent: consentOperations,
	contact: contactOperations,
	doNotCall: doNotCallOperations,
	knowledge: knowledgeOperations,
	phraseCache: phraseCacheOperations,
	session: { start: startSession },
	tenant: tenantOperations,
	transcription: transcriptionOperations,
};
