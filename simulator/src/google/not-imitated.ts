import { GoogleError } from './google-error.ts';

/**
 * What Google would do and the simulator does not: better no answer than a wrong one.
 * @throws GoogleError UNIMPLEMENTED, which names the field
 */
export function refuseNotImitated(message: unknown, path: string, names: readonly string[]): void {
  if (typeof message !== 'object' || message === null) return;
  for (const name of names) {
    const value = (message as Record<string, unknown>)[name];
    if (value === undefined || value === null || value === '' || value === false) continue;
    throw new GoogleError('UNIMPLEMENTED', `The simulator does not imitate '${path}${name}'.`);
  }
}
