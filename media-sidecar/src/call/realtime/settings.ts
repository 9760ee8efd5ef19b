import type { RealtimeSettings } from '../../realtime/contract.ts';
import type { CallContext } from '../conversation.ts';
import { realtimeInstructions } from './instructions.ts';
import type { RealtimeDefaults } from './options.ts';

/** What a session is opened with: the tenant's preferences over the process's defaults. */
export function realtimeSettings(
  { agent, builtIn, clock, session }: Pick<CallContext, 'agent' | 'builtIn' | 'clock' | 'session'>,
  defaults: RealtimeDefaults,
  answers: RealtimeSettings['answers'],
): RealtimeSettings {
  const { tenant } = session;
  const { noiseReduction, ...preferences } = tenant.realtime ?? {};
  const { noiseReduction: usualReduction, ...usual } = defaults;
  // null says: none. Not to say anything leaves it to the default.
  const reduction = noiseReduction === undefined ? usualReduction : (noiseReduction ?? undefined);
  return {
    ...usual,
    ...given(preferences),
    ...(reduction && { noiseReduction: reduction }),
    instructions: realtimeInstructions(agent, tenant.language, clock.nowMs()),
    languageCode: tenant.language,
    tools: builtIn.definitions,
    transcriptionPrompt: tenant.name,
    answers,
  };
}

type Given<T> = { [K in keyof T]: Exclude<T[K], undefined> };

function given<T extends object>(values: T): Given<T> {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Given<T>;
}
