import { waitMs } from '../../telephone-network/waiting.ts';
import { TwimlError } from '../document.ts';
import { methodOf, numberOf, resolveUrl, type Verb } from '../verb.ts';

/** Before the call is picked up, a pause is a delay before picking up. */
export const pause: Verb = async (element, { session, signal }) => {
  await waitMs(session.exchange.beat, numberOf(element, 'length', 1) * 1000, signal);
  if (!signal.aborted) session.answer();
  return undefined;
};

export const hangup: Verb = async (_element, { session }) => {
  session.end('completed', 'other-side');
  return 'end';
};

/** Where there is no queue to leave, the document is over. */
export const leave: Verb = async () => 'leave';

/** Only the first verb of an inbound call can refuse it; later it is a hang-up. */
export const reject: Verb = async (element, { session }) => {
  if (session.line.state === 'answered') session.end('completed', 'other-side');
  else session.end('busy', element.attributes.reason === 'busy' ? 'other-side' : 'network');
  return 'end';
};

export const redirect: Verb = async (element, context) => {
  if (element.text === '' && context.documentUrl === undefined)
    throw new TwimlError(11_100, 'Invalid URL format: <Redirect> without a URL');
  return {
    kind: 'url',
    url: resolveUrl(context, element.text || (context.documentUrl as string)),
    method: methodOf(element, 'method'),
  };
};
