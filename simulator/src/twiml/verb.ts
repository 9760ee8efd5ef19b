import type { CallSession } from '../twilio/call-session.ts';
import type { TwimlSource } from '../twilio/call-data.ts';
import { TwimlError, type TwimlElement } from './document.ts';

/** What a verb works with. */
export interface VerbContext {
  readonly session: CallSession;
  /** Aborted when the call ends or another document takes over. */
  readonly signal: AbortSignal;
  /** Where the document came from; absent for TwiML that came with the call. */
  readonly documentUrl: string | undefined;
  readonly documentMethod: 'GET' | 'POST';
}

/** What follows: the next verb (undefined), another document, the verb behind `<Enqueue>`, or the end. */
export type VerbOutcome = undefined | 'end' | 'leave' | TwimlSource;

/** What follows a document: another one, the verb behind `<Enqueue>`, or nothing. */
export type DocumentOutcome = TwimlSource | 'leave' | undefined;

export type Verb = (element: TwimlElement, context: VerbContext) => Promise<VerbOutcome>;

/** @throws TwimlError 11100 for a URL that cannot be one */
export function resolveUrl(context: VerbContext, url: string): string {
  if (!URL.canParse(url, context.documentUrl))
    throw new TwimlError(11_100, 'Invalid URL format: a relative URL needs a document URL');
  const resolved = new URL(url, context.documentUrl);
  if (resolved.protocol !== 'http:' && resolved.protocol !== 'https:')
    throw new TwimlError(11_100, 'Invalid URL format: neither http nor https');
  return resolved.href;
}

/** The `action` of a verb, or the document itself where it has none. */
export function actionSource(
  element: TwimlElement,
  context: VerbContext,
  params: Readonly<Record<string, string>>,
): TwimlSource {
  const { action } = element.attributes;
  if (action === undefined && context.documentUrl === undefined)
    throw new TwimlError(11_100, `Invalid URL format: <${element.name}> has no action`);
  return {
    kind: 'url',
    url: resolveUrl(context, action ?? (context.documentUrl as string)),
    method: methodOf(element, 'method', action === undefined ? context.documentMethod : 'POST'),
    params,
  };
}

export function methodOf(
  element: TwimlElement,
  attribute: string,
  otherwise: 'GET' | 'POST' = 'POST',
): 'GET' | 'POST' {
  const value = element.attributes[attribute];
  return value === 'GET' || value === 'POST' ? value : otherwise;
}

export function numberOf(element: TwimlElement, attribute: string, otherwise: number): number {
  const value = element.attributes[attribute];
  return value === undefined ? otherwise : Number(value);
}

export function boolOf(element: TwimlElement, attribute: string, otherwise: boolean): boolean {
  const value = element.attributes[attribute];
  return value === undefined ? otherwise : value === 'true';
}
