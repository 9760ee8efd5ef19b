/** Who is paid for a request, and for what, as a price table names it. */
export interface BilledModel {
  readonly provider: 'openai' | 'google';
  /** @example 'gemini-3.5-flash' */
  readonly model: string;
}
