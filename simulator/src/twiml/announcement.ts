import type { TwimlSource } from '../twilio/call-data.ts';
import type { CallSession } from '../twilio/call-session.ts';
import { TwimlError } from './document.ts';
import { loadDocument } from './load.ts';
import { resolveUrl, methodOf, type VerbContext } from './verb.ts';
import { soundOf } from './verbs/speech.ts';

const sounding: ReadonlySet<string> = new Set(['Play', 'Say', 'Pause']);
const MAX_DOCUMENTS = 20;

/**
 * The sound of a document of `<Play>`, `<Say>`, `<Pause>` and `<Redirect>`, for who hears it beside
 * something else. https://www.twilio.com/docs/voice/api/conference-resource
 * @throws TwimlError or WebhookError
 */
export async function announcementOf(
  session: CallSession,
  source: TwimlSource,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let next: TwimlSource | undefined = source;
  for (let documents = 0; next !== undefined; documents++) {
    if (documents >= MAX_DOCUMENTS) throw new TwimlError(12_200, 'too many documents redirect');
    const { elements, url, method, audio } = await loadDocument(session, next, signal);
    next = undefined;
    if (audio !== undefined) parts.push(audio);
    const context: VerbContext = { session, signal, documentUrl: url, documentMethod: method };
    for (const element of elements) {
      if (element.name === 'Redirect') {
        next = {
          kind: 'url',
          url: resolveUrl(context, element.text || (url ?? '')),
          method: methodOf(element, 'method'),
        };
        break;
      }
      if (!sounding.has(element.name))
        throw new TwimlError(12_200, `<${element.name}> is not allowed in an announcement`);
      parts.push(await soundOf([element], context));
    }
  }
  return Buffer.concat(parts);
}
