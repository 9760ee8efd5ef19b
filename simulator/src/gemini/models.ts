import { GoogleError } from '../google/google-error.ts';

/** From the least to the most. */
export type ThinkingLevel = 'MINIMAL' | 'LOW' | 'MEDIUM' | 'HIGH';

export interface GeminiModel {
  readonly name: string;
  /**
   * The third demands back the signatures of its thoughts and the ids of its calls, and gives one
   * candidate only.
   */
  readonly generation: 2 | 3;
  readonly thinkingLevels: readonly ThinkingLevel[];
  /** How much it thinks where the request does not say. */
  readonly usualThinking: ThinkingLevel;
  readonly retiresAt?: string;
}

const levels = ['LOW', 'MEDIUM', 'HIGH'] as const;
const allLevels = ['MINIMAL', ...levels] as const;
const third = (
  name: string,
  thinkingLevels: readonly ThinkingLevel[],
  usualThinking: ThinkingLevel,
): GeminiModel => ({ name, generation: 3, thinkingLevels, usualThinking });

/**
 * As of November 2026. Whatever is not in here is retired or never was.
 * @see https://ai.google.dev/gemini-api/docs/generate-content/thinking#thinking-levels
 */
export const GEMINI_MODELS: readonly GeminiModel[] = [
  third('gemini-3.8-flash', levels, 'MEDIUM'),
  third('gemini-3.7-flash', levels, 'MEDIUM'),
  third('gemini-3.6-flash', allLevels, 'MEDIUM'),
  third('gemini-3.5-flash', allLevels, 'MEDIUM'),
  third('gemini-3.5-flash-lite', allLevels, 'MINIMAL'),
  third('gemini-3.1-flash-lite', allLevels, 'MINIMAL'),
  third('gemini-3.1-pro-preview', levels, 'HIGH'),
  ...['gemini-2.5-flash', 'gemini-2.5-pro'].map((name) => ({
    name,
    generation: 2 as const,
    thinkingLevels: [],
    usualThinking: 'MEDIUM' as const,
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

/**
 * @throws GoogleError INVALID_ARGUMENT
 * @see https://github.com/googleapis/js-genai/issues/1609
 */
export function checkCandidates({ generation }: GeminiModel, candidateCount = 1): void {
  if (generation < 3 || candidateCount === 1) return;
  throw GoogleError.invalid('Multiple candidates is not enabled for this model');
}
