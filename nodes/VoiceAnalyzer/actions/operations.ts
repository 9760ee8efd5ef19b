import type { Operations } from '../../shared/operations';
import * as analyze from './conversation/analyze';
import * as answerQuestions from './conversation/answerQuestions';
import * as decideEscalation from './conversation/decideEscalation';
import * as scoreQuality from './conversation/scoreQuality';
import * as summarize from './conversation/summarize';
import * as redact from './personalData/redact';

export const operations: Operations = {
	conversation: { analyze, answerQuestions, decideEscalation, scoreQuality, summarize },
	personalData: { redact },
};
