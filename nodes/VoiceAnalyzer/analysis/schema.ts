import { arrayOf, objectOf, type Schema } from '../schema/validate';
import type { AnalysisRequest, AnswerType } from './contract';

const text = (description: string): Schema => ({ type: 'string', description });
const share = (description: string): Schema => ({
	type: 'number',
	minimum: 0,
	maximum: 1,
	description: `${description}, from 0 to 1`,
});
const turnIndex: Schema = { type: 'integer', minimum: 0, description: 'The i of the turn' };
const score: Schema = {
	type: 'number',
	minimum: -1,
	maximum: 1,
	description: '-1 very negative, 0 neutral, 1 very positive',
};
const quote = objectOf({
	turn: turnIndex,
	quote: text('Words of that turn, copied letter by letter, at most 200 characters'),
});
const evidence = arrayOf(quote, 'Where it is said, at most 5 places; empty if nowhere');

export const openIntent = 'other';

const answerTypes: Record<AnswerType, Schema> = {
	text: { type: ['string', 'null'], description: 'null if the conversation does not tell' },
	yesNo: { type: ['boolean', 'null'], description: 'null if the conversation does not tell' },
	number: { type: ['number', 'null'], description: 'null if the conversation does not tell' },
};

/** Criteria and questions have a field each: none can be forgotten, and none invented. */
export const criterionKey = (place: number) => `criterion_${place + 1}`;
export const questionKey = (place: number) => `question_${place + 1}`;

/** What the model has to fill in for this request, in the schema language that both engines take. */
export function schemaOf(request: AnalysisRequest): Schema {
	const { intent, escalation, summary, quality, questions, personalData, topics } = request;
	const properties: Record<string, Schema> = {};
	if (request.sentiment || escalation?.sentiment !== undefined) {
		properties.sentiment = objectOf({
			turns: arrayOf(objectOf({ turn: turnIndex, score }), 'One for each turn of the caller'),
			overall: { ...score, description: "The caller's, of the whole conversation, from -1 to 1" },
		});
	}
	if (request.satisfaction || escalation?.frustration !== undefined) {
		properties.frustration = share("The caller's, at its worst after the last improvement");
		properties.satisfaction = share("The caller's at the end; 0.5 where nothing tells");
	}
	if (intent) {
		const names = intent.intents.map(({ name }) => name);
		properties.intent = objectOf({
			name:
				names.length > 0
					? { type: 'string', enum: [...names.filter((each) => each !== openIntent), openIntent] }
					: text('What the caller wants, in two to five words'),
			confidence: share('How sure that is'),
			evidence,
		});
	}
	if (topics)
		properties.topics = arrayOf(
			text('One to three words'),
			`What it was about, at most ${topics.most}`,
		);
	if (escalation) {
		properties.escalation = objectOf({
			asks_for_human: arrayOf(quote, 'Where the caller asks for a person; empty if not'),
			instructed: arrayOf(
				objectOf({ reason: text('In one sentence'), evidence }),
				"Cases of the builder's escalation instructions that apply; empty if none or no instructions",
			),
		});
	}
	if (summary) properties.summary = text(`At most ${summary.mostWords} words`);
	if (summary?.purpose === 'handover') {
		properties.handover = objectOf({
			caller_needs: text('What the caller needs now, in one sentence'),
			already_done: arrayOf(text('One thing'), 'What was asked, told or tried already'),
			open_points: arrayOf(text('One thing'), 'What is left to do or to find out'),
		});
	}
	if (request.actionItems) {
		properties.action_items = arrayOf(
			objectOf({
				task: text('What is to be done'),
				owner: { type: 'string', enum: ['agent', 'caller', 'business'] },
				due: { type: ['string', 'null'], description: 'When, as it was said; null if not said' },
				evidence,
			}),
			'What was promised or asked for; empty if nothing',
		);
	}
	if (quality) {
		properties.quality = objectOf(
			Object.fromEntries(
				quality.criteria.map(({ name, description }, place) => [
					criterionKey(place),
					objectOf(
						{
							score: {
								type: ['number', 'null'],
								minimum: 0,
								maximum: 10,
								description: '0 (not at all) to 10 (fully); null if it did not apply to this call',
							},
							comment: text('Why, in one sentence'),
							evidence,
						},
						`${name}: ${description}`,
					),
				]),
			),
		);
	}
	if (questions) {
		properties.answers = objectOf(
			Object.fromEntries(
				questions.map(({ text: question, type }, place) => [
					questionKey(place),
					objectOf({ answer: answerTypes[type], evidence }, question),
				]),
			),
		);
	}
	if (personalData) {
		properties.personal_data = arrayOf(
			objectOf({
				kind: { type: 'string', enum: [...personalData.kinds] },
				text: text('The words, copied letter by letter'),
			}),
			'Each name of a person, address or other personal data that is said; empty if none',
		);
	}
	return objectOf(properties);
}
