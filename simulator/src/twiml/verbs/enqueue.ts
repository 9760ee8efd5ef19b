import type { CallSession } from '../../twilio/call-session.ts';
import { WebhookError } from '../../twilio/http-client.ts';
import { Queue, QueueMember } from '../../twilio/queue.ts';
import { TwimlError, type TwimlElement } from '../document.ts';
import { actionSource, type Verb, type VerbContext, type VerbOutcome } from '../verb.ts';
import { entertain } from '../waiting.ts';
import { waitingSourceOf } from './dial-conference.ts';

const MAX_NAME_LENGTH = 64;
/** https://www.twilio.com/docs/voice/twiml/enqueue#attributes-waiturl */
const waitingVerbs: ReadonlySet<string> = new Set([
  'Gather',
  'Hangup',
  'Leave',
  'Pause',
  'Play',
  'Redirect',
  'Say',
]);

type QueueResult =
  | 'bridged'
  | 'error'
  | 'hangup'
  | 'leave'
  | 'queue-full'
  | 'redirected'
  | 'redirected-from-bridged';

/** https://www.twilio.com/docs/voice/twiml/enqueue */
export const enqueue: Verb = async (element, context) => {
  const { session } = context;
  const name = element.text;
  if (name === '') throw new TwimlError(14_204, 'Enqueue: Queue name too short');
  if (name.length > MAX_NAME_LENGTH) throw new TwimlError(14_205, 'Enqueue: Queue name too long');
  const queue = session.account.queueNamed(name) ?? new Queue(session.account, name);
  if (queue.isFull) return afterwards(element, context, { QueueResult: 'queue-full' });
  const member = new QueueMember(session, context.signal);
  queue.add(member);
  session.log('enqueued', { queueSid: queue.sid });
  const { result, waitSeconds } = await waitInQueue(element, context, queue, member);
  queue.remove(member);
  session.log('dequeued', { queueSid: queue.sid, result });
  return afterwards(element, context, {
    QueueResult: result,
    QueueSid: queue.sid,
    QueueTime: String(waitSeconds),
  });
};

async function waitInQueue(
  element: TwimlElement,
  context: VerbContext,
  queue: Queue,
  member: QueueMember,
): Promise<{ result: QueueResult; waitSeconds: number }> {
  const { session, signal } = context;
  const stop = new AbortController();
  const waiting = entertain(
    session,
    waitingSourceOf(element, 'waitUrl', 'waitUrlMethod', context),
    AbortSignal.any([signal, stop.signal]),
    { allowed: waitingVerbs, loop: true, params: () => queue.paramsOf(member) },
  ).then(
    (left) => (left ? ('leave' as const) : ('over' as const)),
    (error: unknown) => {
      if (!stop.signal.aborted && !signal.aborted) complain(session, error);
      return 'error' as const;
    },
  );
  const first = await Promise.race([member.taken.then(() => 'taken' as const), waiting]);
  const { waitSeconds } = member;
  stop.abort();
  if (first === 'taken') {
    await waiting;
    await member.released;
    const isRedirected = signal.aborted && !session.lifetime.aborted;
    return { result: isRedirected ? 'redirected-from-bridged' : 'bridged', waitSeconds };
  }
  if (!signal.aborted) return { result: first === 'leave' ? 'leave' : 'error', waitSeconds };
  return { result: session.lifetime.aborted ? 'hangup' : 'redirected', waitSeconds };
}

/** The action, or the next verb; a call that is gone, or elsewhere, only tells. */
async function afterwards(
  element: TwimlElement,
  context: VerbContext,
  params: Readonly<Record<string, string>>,
): Promise<VerbOutcome> {
  const { session, signal } = context;
  if (element.attributes.action === undefined) return undefined;
  const source = actionSource(element, context, params);
  if (!signal.aborted) return source;
  if (source.kind === 'url')
    await session.exchange.notify(session, source.url, source.method, {
      ...session.params(),
      ...params,
    });
  return undefined;
}

/** @throws what is no fault of the application */
function complain(session: CallSession, error: unknown): void {
  if (!(error instanceof TwimlError) && !(error instanceof WebhookError)) throw error;
  session.errorCode = error.code;
  session.warn(error.code, error.message);
}
