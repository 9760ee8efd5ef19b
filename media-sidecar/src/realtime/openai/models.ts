/** Realtime models that are served, the default first. @see https://developers.openai.com/api/docs/models */
export const realtimeModels = [
  'gpt-realtime-2.1',
  'gpt-realtime-2.1-mini',
  'gpt-realtime-2',
  'gpt-realtime-1.5',
] as const;

/**
 * Names that are shut down, or will be soon, and what OpenAI names in their place. The previews are
 * gone; `gpt-realtime` and `gpt-realtime-mini` with their dated versions end on 2027-01-20.
 */
const retired: readonly (readonly [name: RegExp, successor: string])[] = [
  [/^gpt-4o-mini-realtime-preview(-\d{4}-\d{2}-\d{2})?$/, 'gpt-realtime-2.1-mini'],
  [/^gpt-4o-realtime-preview(-\d{4}-\d{2}-\d{2})?$/, 'gpt-realtime-2.1'],
  [/^gpt-realtime-mini(-\d{4}-\d{2}-\d{2})?$/, 'gpt-realtime-2.1-mini'],
  [/^gpt-realtime(-\d{4}-\d{2}-\d{2})?$/, 'gpt-realtime-2.1'],
];

/**
 * What is wrong with the name of a model, or undefined. A name that nobody knows here passes: it may
 * be newer than this list, and the provider refuses it if it is wrong.
 */
export function checkRealtimeModel(name: string): string | undefined {
  const successor = retired.find(([pattern]) => pattern.test(name))?.[1];
  if (successor === undefined) return undefined;
  return `the realtime model ${name} is retired: use ${successor}`;
}

/** Only models of the second generation take `reasoning`; others refuse the whole session for it. */
export function reasons(model: string): boolean {
  return /^gpt-realtime-2(\D|$)/.test(model);
}
