import type { TwimlSource } from '../twilio/call-data.ts';
import type { CallSession } from '../twilio/call-session.ts';
import { WebhookError } from '../twilio/http-client.ts';
import { parseTwiml, TwimlError, type TwimlElement } from './document.ts';
import { isSound, readSound } from './media-file.ts';

export interface LoadedDocument {
  readonly elements: readonly TwimlElement[];
  readonly url: string | undefined;
  readonly method: 'GET' | 'POST';
  /** µ-law, where a sound file came instead of a document. */
  readonly audio?: Uint8Array;
}

/**
 * Asks the application what to do.
 * @throws TwimlError or WebhookError
 */
export async function loadDocument(
  session: CallSession,
  source: TwimlSource,
  signal: AbortSignal,
): Promise<LoadedDocument> {
  if (source.kind === 'inline')
    return { elements: parseTwiml(source.twiml), url: undefined, method: 'POST' };
  const { authToken } = session.account;
  const params = {
    ...session.params(),
    ...(session.answeredBy ? { AnsweredBy: session.answeredBy } : {}),
    ...source.params,
  };
  session.log('request', { url: source.url, method: source.method, params });
  const { url, method } = source;
  const reply = await session.exchange.webhooks.request(
    {
      ...{ url, method, params, authToken, signal },
      onRetry: (why) => session.log('request-retried', { url, why }),
    },
    undefined,
  );
  session.log('response', { url: reply.url, status: reply.status });
  if (reply.status < 200 || reply.status > 299)
    throw new WebhookError(11_200, `HTTP retrieval failure: ${reply.status}`, url);
  if (isSound(reply.contentType)) {
    const audio = await readSound(reply.contentType, reply.body);
    return { elements: [], url: reply.url, method, audio };
  }
  const type = reply.contentType?.split(';')[0]?.trim().toLowerCase() ?? '';
  // https://support.twilio.com "Error 12300": text/html and JSON are refused, too.
  if (type !== 'text/xml' && type !== 'application/xml')
    throw new TwimlError(12_300, `Invalid Content-Type: ${type || 'none'}`);
  return { elements: parseTwiml(reply.body.toString('utf8')), url: reply.url, method };
}
