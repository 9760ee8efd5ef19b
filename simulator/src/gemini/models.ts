import { GoogleError } from '../google/google-error.ts';

export interface GeminiModel {
  readonly name: string;
  /** Generation 3 and later demands thought signatures back. */
  readonly signsThoughts: boolean;
  readonly thinkingLevels: readonly string[];
  readonly retiresAt?: string;
}

const levels = ['LOW', 'MEDIUM', 'HIGH'];
const third = (
  name: string,
  thinkingLevels: readonly string[] = ['MINIMAL', ...levels],
): GeminiModel => ({
  name,
  signsThoughts: true,
  thinkingLevels,
});

/** As of November 2026. Whatever is not in here is retired or never was. */
export const GEMINI_MODELS: readonly GeminiModel[] = [
  third('gemini-3.8-flash', levels),
  third('gemini-3.7-flash'),
  third('gemini-3.6-flash'),
  third('gemini-3.5-flash'),
  third('gemini-3.5-flash-lite'),
  third('gemini-3.1-flash-lite'),
  third('gemini-3.1-pro-preview', ['LOW', 'MEDIUM', 'HIGH']),
  ...['gemini-2.5-flash', 'gemini-2.5-pro'].map((name) => ({
    name,
    signsThoughts: false,
    thinkingLevels: [],
    retiresAt: '2026-12-01T00:00:00Z',
  })),
];

const available = (model: GeminiModel, nowMs: number): boolean =>
  model.retiresAt === undefined || nowMs < Date.parse(model.retiresAt);

export const availableModels = (nowMs: number): readonly GeminiModel[] =>
  GEMINI_MODELS.filter((model) => available(model, nowMs));

/** @throws GoogleError NOT_FOUND for an unknown or retired model */
export function findModel(
  name: string,
  apiVersion: string,
  method: string,
  nowMs: number,
): GeminiModel {
  const model = availableModels(nowMs).find((each) => each.name === name);
  if (model) return model;
  throw new GoogleError(
    'NOT_FOUND',
    `models/${name} is not found for API version ${apiVersion}, or is not supported for ${method}. Call ListModels to see the list of available models and their supported methods.`,
  );
}

/** @throws GoogleError INVALID_ARGUMENT */
export function checkThinking(model: GeminiModel, level: string | undefined): void {
  if (level === undefined || level === 'THINKING_LEVEL_UNSPECIFIED') return;
  if (model.thinkingLevels.includes(level)) return;
  throw GoogleError.invalid(
    model.thinkingLevels.length === 0
      ? 'Thinking level is not supported for this model.'
      : `Thinking level ${level} is not supported for this model. Please retry with other thinking level.`,
  );
}
