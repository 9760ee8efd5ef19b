import { playLoop, bridge } from '../playback.ts';
import { ringback } from '../../telephone-network/tones.ts';
import { waitMs } from '../../telephone-network/waiting.ts';
import type { CallSession } from '../../twilio/call-session.ts';
import type { TwimlSource } from '../../twilio/call-data.ts';
import { normalizeNumber } from '../../twilio/phone-numbers.ts';
import { TwimlError, type TwimlElement } from '../document.ts';
import {
  actionSource,
  boolOf,
  methodOf,
  numberOf,
  resolveUrl,
  type Verb,
  type VerbContext,
} from '../verb.ts';
import type { DialResult } from './dial-result.ts';
import { dialConference } from './dial-conference.ts';
import { dialQueue } from './dial-queue.ts';
import { addressOf, detectionOf, statusCallbackOf } from './dial-noun.ts';
import { startDialRecording } from './dial-recording.ts';
import { takeRefers } from './dial-refer.ts';

/** https://www.twilio.com/docs/voice/twiml/dial */
export const dial: Verb = async (element, context) => {
  const { session } = context;
  if (!boolOf(element, 'answerOnBridge', false)) session.answer();
  const result = await dialNouns(element, context);
  const params: Record<string, string> = {
    DialCallStatus: result.status,
    DialBridged: String(result.bridged),
    ...(result.child ? { DialCallSid: result.child.sid } : {}),
    ...(result.status === 'completed' && result.child
      ? {
          DialCallDuration: String(
            Math.ceil((result.durationMs ?? result.child.durationMs) / 1000),
          ),
        }
      : {}),
    ...sipParams(result.child),
  };
  session.log('dialled', params);
  // Whoever was handed on has other things to do than `action`.
  if (result.referred && !session.lifetime.aborted) return result.referred;
  if (element.attributes.action === undefined) return undefined;
  const source = actionSource(element, context, params);
  if (!session.lifetime.aborted) return source;
  if (source.kind === 'url')
    await session.exchange.notify(session, source.url, source.method, {
      ...session.params(),
      ...params,
    });
  return undefined;
};

/** https://www.twilio.com/docs/voice/twiml/sip#action */
function sipParams(child: CallSession | undefined): Record<string, string> {
  if (child?.invite === undefined || child.sipStatus === undefined) return {};
  return {
    DialSipCallId: child.invite.callId,
    DialSipResponseCode: String(child.sipStatus),
  };
}

async function dialNouns(element: TwimlElement, context: VerbContext): Promise<DialResult> {
  const targets = targetsOf(element);
  const noun = targets.find(({ name }) => name === 'Conference' || name === 'Queue');
  if (noun !== undefined) {
    if (targets.length > 1)
      throw new TwimlError(12_200, `<Dial> has either one <${noun.name}> or several numbers`);
    if (noun.name === 'Queue') return dialQueue(element, noun, context);
    return { status: await dialConference(element, noun, context), bridged: false };
  }
  return dialTargets(element, context, targets, callerIdOf(element, context, targets));
}

function targetsOf(element: TwimlElement): readonly TwimlElement[] {
  if (element.children.length > 0) {
    if (element.text !== '')
      throw new TwimlError(12_200, '<Dial> has either a number or elements, not both');
    if (element.children.length > 10) throw new TwimlError(13_223, 'Dial: more than ten numbers');
    return element.children;
  }
  if (element.text === '') throw new TwimlError(13_223, 'Dial: Invalid phone number format');
  return [{ name: 'Number', attributes: {}, children: [], text: element.text }];
}

/** Only a number that is the account's, or the caller's own, may be shown; over SIP any word may. */
function callerIdOf(
  element: TwimlElement,
  { session }: VerbContext,
  targets: readonly TwimlElement[],
): string {
  const { callerId } = element.attributes;
  if (callerId === undefined) return session.options.from;
  if (targets.every(({ name }) => name === 'Sip') && /^[\w+.,-]+$/.test(callerId)) return callerId;
  const number = normalizeNumber(callerId);
  const { from, to } = session.options;
  if (
    number === undefined ||
    !(number === from || number === to || session.account.numberOf(number))
  )
    throw new TwimlError(13_214, 'Dial: Invalid callerId value');
  return number;
}

async function dialTargets(
  element: TwimlElement,
  context: VerbContext,
  targets: readonly TwimlElement[],
  callerId: string,
): Promise<DialResult> {
  const { session } = context;
  const stopRingback = session.line.state === 'answered' ? playLoop(session.line, ringback) : null;
  const timeoutMs = numberOf(element, 'timeout', 30) * 1000;
  let answered: { child: CallSession; target: TwimlElement } | undefined;
  let last: CallSession | undefined;
  const attempt = async (target: TwimlElement): Promise<void> => {
    const child = createChild(target, context, callerId);
    if (child === undefined) return;
    last = child;
    const giveUp = (): void => child.end('canceled', 'network');
    context.signal.addEventListener('abort', giveUp, { once: true });
    if (context.signal.aborted) giveUp();
    const isAnswered = await child.ringOutside(timeoutMs);
    context.signal.removeEventListener('abort', giveUp);
    if (!isAnswered) return;
    if (answered !== undefined) child.end('canceled', 'network');
    else {
      answered = { child, target };
      for (const other of ringing) if (other !== child) other.end('canceled', 'network');
    }
  };
  const ringing = new Set<CallSession>();
  if (boolOf(element, 'sequential', false)) {
    for (const target of targets) {
      if (answered === undefined && !context.signal.aborted) await attempt(target);
    }
  } else await Promise.all(targets.map(attempt));
  stopRingback?.();
  if (answered === undefined) {
    const status = last?.status;
    const isKnown = status === 'busy' || status === 'no-answer' || status === 'canceled';
    return {
      status: isKnown ? status : 'failed',
      ...(last ? { child: last } : {}),
      bridged: false,
    };
  }
  const { child, target } = answered;
  const isBridged = await whisper(child, target, context);
  if (!isBridged) {
    if (!child.isIndependent) child.end('completed', 'other-side');
    return { status: 'completed', child, bridged: false };
  }
  const referred = await converse(element, context, child);
  return { status: 'completed', child, bridged: true, ...(referred ? { referred } : {}) };

  function createChild(
    target: TwimlElement,
    { session: parent }: VerbContext,
    from: string,
  ): CallSession | undefined {
    const address = addressOf(target);
    if (address === undefined) {
      parent.warn(13_224, `Dial: <${target.name}> cannot be reached`);
      return undefined;
    }
    const created = parent.createChild({
      from,
      to: address.text,
      place: address.place,
      statusCallback: statusCallbackOf(target, context),
      detection: detectionOf(target, context),
      timeLimitMs: numberOf(element, 'timeLimit', 14_400) * 1000,
    });
    ringing.add(created);
    return created;
  }
}

/** What the one who answers hears before the two are joined; a hang-up in it refuses the call. */
async function whisper(
  child: CallSession,
  target: TwimlElement,
  context: VerbContext,
): Promise<boolean> {
  const { sendDigits, url } = target.attributes;
  const isThere = await child.prepareBridge({
    sendDigits,
    source:
      url === undefined
        ? undefined
        : { kind: 'url', url: resolveUrl(context, url), method: methodOf(target, 'method') },
    parentSignal: context.signal,
  });
  return isThere && !context.signal.aborted;
}

async function converse(
  element: TwimlElement,
  context: VerbContext,
  child: CallSession,
): Promise<TwimlSource | undefined> {
  const { session, signal } = context;
  session.answer();
  session.log('bridged', { callSid: child.sid });
  const unbridge = bridge(session.line, child.line);
  const recording = startDialRecording(element, context);
  const over = new AbortController();
  const unlisten = session.line.listen({
    digit: (digit) => {
      if (digit === '*' && boolOf(element, 'hangupOnStar', false)) over.abort();
    },
  });
  let referred: TwimlSource | undefined;
  takeRefers(element, context, child, (source) => {
    referred = source;
    over.abort();
  });
  const limit = numberOf(element, 'timeLimit', 14_400) * 1000;
  await waitMs(
    session.exchange.beat,
    limit,
    AbortSignal.any([signal, child.occupation, over.signal]),
  );
  unlisten();
  child.onRefer = undefined;
  recording?.stop();
  unbridge();
  if (!child.isIndependent) child.end('completed', 'other-side');
  return referred;
}
