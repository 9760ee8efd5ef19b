import { OpenAiError } from './openai-error.ts';
import { REALTIME_MODELS } from './realtime/session-schema.ts';

export interface OpenAiModel {
  readonly id: string;
  readonly created: number;
  /** Empty for a model that does not reason. */
  readonly efforts: readonly string[];
}

const ALL = ['none', 'low', 'medium', 'high', 'xhigh', 'max'];
const seconds = (date: string): number => Date.parse(date) / 1_000;

/** Models of text as of November 2026 (`ChatModel` of openai 7.55), those that people still choose. */
export const OPENAI_MODELS: readonly OpenAiModel[] = [
  { id: 'gpt-6.1-sol', created: seconds('2026-10-27'), efforts: ALL.slice(1) },
  { id: 'gpt-6-astra', created: seconds('2026-09-22'), efforts: ALL.slice(1) },
  { id: 'gpt-6-luna', created: seconds('2026-09-22'), efforts: ALL },
  { id: 'gpt-5.6-luna', created: seconds('2026-06-26'), efforts: ALL },
  { id: 'gpt-5.4-mini', created: seconds('2026-03-17'), efforts: ALL.slice(0, 5) },
  { id: 'gpt-5.4-nano', created: seconds('2026-03-17'), efforts: ALL.slice(0, 5) },
  { id: 'gpt-4.1-mini', created: seconds('2025-04-14'), efforts: [] },
  { id: 'gpt-4o-mini', created: seconds('2024-07-18'), efforts: [] },
];

/** Others that the list of models names, which write no text. */
const OTHERS = [...REALTIME_MODELS, 'gpt-transcribe', 'text-embedding-3-small', 'gpt-image-2'];

/** https://developers.openai.com/api/docs/deprecations */
const shutdownDate = (id: string): string | null =>
  /^gpt-realtime(-mini)?(-\d{4}-\d{2}-\d{2})?$/.test(id) ? '2027-01-20' : null;

export const modelList = (): object => ({
  object: 'list',
  data: [
    ...OPENAI_MODELS.map(({ id, created }) => ({
      id,
      object: 'model',
      created,
      owned_by: 'system',
    })),
    ...OTHERS.map((id) => ({
      id,
      object: 'model',
      created: seconds('2026-01-15'),
      owned_by: 'system',
      shutdown_date: shutdownDate(id),
    })),
  ],
});

export const findModel = (id: string): OpenAiModel | undefined =>
  OPENAI_MODELS.find((model) => model.id === id);

/** @throws OpenAiError 400 for an effort that the model has not, and for sampling that it does not do */
export function checkCapabilities(
  model: OpenAiModel,
  asked: {
    effort: string | null | undefined;
    effortParam: string;
    temperature: number | null | undefined;
    topP: number | null | undefined;
  },
): void {
  const { effort, effortParam } = asked;
  if (effort !== undefined && effort !== null) {
    if (model.efforts.length === 0) {
      throw OpenAiError.invalid(
        `Unsupported parameter: '${effortParam}' is not supported with this model.`,
        effortParam,
        'unsupported_parameter',
      );
    }
    if (!model.efforts.includes(effort)) {
      const supported = model.efforts.map((each) => `'${each}'`).join(', ');
      throw OpenAiError.invalid(
        `Unsupported value: '${effort}' is not supported with the '${model.id}' model. Supported values are: ${supported}.`,
        effortParam,
        'unsupported_value',
      );
    }
  }
  if (model.efforts.length === 0) return;
  for (const [name, value] of [
    ['temperature', asked.temperature],
    ['top_p', asked.topP],
  ] as const) {
    if (value === undefined || value === null || value === 1) continue;
    throw OpenAiError.invalid(
      `Unsupported value: '${name}' does not support ${value} with this model. Only the default (1) value is supported.`,
      name,
      'unsupported_value',
    );
  }
}
