import type { Bridge } from './bridges.ts';
import { findingsOf } from './findings.ts';
import { truncates, type RealtimeBenchOptions } from './options.ts';
import { truncationPlan } from './plans.ts';
import { runCalls, type Stage } from './round.ts';
import { caseInWords, truncationCases, type TruncationFigures } from './truncation-figures.ts';

export async function measureTruncation(
  stage: Stage,
  bridges: readonly Bridge[],
  options: RealtimeBenchOptions,
  tell: (words: string) => void,
): Promise<TruncationFigures[]> {
  const figures: TruncationFigures[] = [];
  for (const each of truncationCases(options.deltasMs)) {
    for (const bridge of bridges.filter(({ name }) => truncates(name))) {
      tell(`truncation, ${caseInWords(each)}, ${bridge.name}`);
      const plan = truncationPlan(each, options);
      const { phones, sessions, window } = await runCalls(stage, bridge, plan);
      const findings = findingsOf(phones, sessions, window);
      figures.push({ ...each, bridge: bridge.name, findings });
    }
  }
  return figures;
}
