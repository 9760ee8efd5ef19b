import type { Operations } from '../../shared/operations';
import { callbackOperations } from './callback/operations';
import { callOperations } from './call/operations';
import { consentOperations } from './consent/operations';
import { contactOperations } from './contact/operations';
import { costOperations } from './cost/operations';
import { doNotCallOperations } from './doNotCall/operations';
import { knowledgeOperations } from './knowledge/operations';
import { phraseCacheOperations } from './phraseCache/operations';
import { sessionOperations } from './session/operations';
import { tenantOperations } from './tenant/operations';
import { transcriptionOperations } from './transcription/operations';

export const operations: Operations = {
	call: callOperations,
	callback: callbackOperations,
	consent: consentOperations,
	contact: contactOperations,
	cost: costOperations,
	doNotCall: doNotCallOperations,
	knowledge: knowledgeOperations,
	phraseCache: phraseCacheOperations,
	session: sessionOperations,
	tenant: tenantOperations,
	transcription: transcriptionOperations,
};
