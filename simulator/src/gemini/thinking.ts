import { GoogleError } from '../google/google-error.ts';
import type { GeminiModel, ThinkingLevel } from './models.ts';

export interface ThinkingConfig {
  readonly thinkingLevel?: ThinkingLevel | 'THINKING_LEVEL_UNSPECIFIED' | undefined;
  /** In tokens; -1: as many as the model likes. */
  readonly thinkingBudget?: number | undefined;
}

/** In tokens, of a short question. Google publishes no figures; these are of the size that users see. */
const USUAL_THOUGHTS: Readonly<Record<ThinkingLevel, number>> = {
  MINIMAL: 0,
  LOW: 120,
  MEDIUM: 600,
  HIGH: 2000,
};

const levelOf = ({ thinkingLevel }: ThinkingConfig): ThinkingLevel | undefined =>
  thinkingLevel === 'THINKING_LEVEL_UNSPECIFIED' ? undefined : thinkingLevel;

/** @throws GoogleError INVALID_ARGUMENT */
export function checkThinking(model: GeminiModel, config: ThinkingConfig = {}): void {
  const level = levelOf(config);
  if (level === undefined || model.thinkingLevels.includes(level)) return;
  throw GoogleError.invalid(
    model.thinkingLevels.length === 0
      ? 'Thinking level is not supported for this model.'
      : `Thinking level ${level} is not supported for this model. Please retry with other thinking level.`,
  );
}

/** What the model would think before it answers, in tokens. */
export function thoughtTokensOf(model: GeminiModel, config: ThinkingConfig = {}): number {
  const { thinkingBudget = -1 } = config;
  const usual = USUAL_THOUGHTS[levelOf(config) ?? model.usualThinking];
  return thinkingBudget < 0 ? usual : Math.min(usual, thinkingBudget);
}
