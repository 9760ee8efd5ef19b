/** One thing that the doctor looked at. */
export interface Finding {
  readonly state: 'ok' | 'problem' | 'unknown';
  readonly what: string;
  /** What to do about it. */
  readonly advice?: string;
}

export const ok = (what: string): Finding => ({ state: 'ok', what });
export const problem = (what: string, advice: string): Finding => ({
  state: 'problem',
  what,
  advice,
});
export const unknown = (what: string, advice: string): Finding => ({
  state: 'unknown',
  what,
  advice,
});

/** One GET. Rejects when there is no answer. */
export type HttpGet = (
  url: string,
  headers?: Readonly<Record<string, string>>,
) => Promise<{ readonly status: number; readonly body: string }>;

/** The JSON of an answer, or undefined when it is none. */
export function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** Why nothing came back, in a few words. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  return code ?? error.message;
}
