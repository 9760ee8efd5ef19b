import { ringback } from '../../telephone-network/tones.ts';
import { waitMs } from '../../telephone-network/waiting.ts';
import { WebhookError } from '../../twilio/http-client.ts';
import type { QueueMember } from '../../twilio/queue.ts';
import { TwimlError, type TwimlElement } from '../document.ts';
import { bridge, playLoop } from '../playback.ts';
import {
  boolOf,
  methodOf,
  numberOf,
  resolveUrl,
  type DocumentOutcome,
  type VerbContext,
} from '../verb.ts';
import type { DialResult } from './dial-result.ts';
import { startDialRecording } from './dial-recording.ts';

const whisperVerbs: ReadonlySet<string> = new Set(['Play', 'Say', 'Pause', 'Redirect']);

/** `<Dial><Queue>`: talks to the call that has waited longest. https://www.twilio.com/docs/voice/twiml/queue */
export async function dialQueue(
  dial: TwimlElement,
  noun: TwimlElement,
  context: VerbContext,
): Promise<DialResult> {
  const { session, signal } = context;
  if (noun.text === '') throw new TwimlError(14_212, 'Dial->Queue: queue name too short');
  const queue = session.account.queueNamed(noun.text);
  if (queue === undefined) {
    session.warn(14_214, 'Dial->Queue: there is no queue of that name');
    return { status: 'failed', bridged: false };
  }
  session.answer();
  const stopRingback = playLoop(session.line, ringback);
  const timeoutMs = numberOf(dial, 'timeout', 30) * 1000;
  const member = await queue.next(session.exchange.beat, timeoutMs, signal);
  stopRingback();
  if (member === undefined) return { status: 'no-answer', bridged: false };
  const child = member.session;
  const startedAtMs = Date.now();
  try {
    await whisper(noun, context, queue.sid, member);
    if (signal.aborted || member.signal.aborted)
      return { status: 'completed', child, durationMs: 0, bridged: false };
    await converse(dial, context, member);
  } finally {
    member.release();
  }
  return { status: 'completed', child, durationMs: Date.now() - startedAtMs, bridged: true };
}

/** What the one who has waited hears before the two are joined. */
async function whisper(
  noun: TwimlElement,
  context: VerbContext,
  queueSid: string,
  { session, waitSeconds, signal: waiting }: QueueMember,
): Promise<void> {
  const { url } = noun.attributes;
  if (url === undefined) return;
  const params = {
    QueueSid: queueSid,
    QueueTime: String(waitSeconds),
    // Twilio's own spelling.
    DequeingCallSid: context.session.sid,
  };
  let next: DocumentOutcome = {
    kind: 'url',
    url: resolveUrl(context, url),
    method: methodOf(noun, 'method'),
    params,
  };
  const signal = AbortSignal.any([context.signal, waiting]);
  try {
    while (next !== undefined && next !== 'leave' && !signal.aborted)
      next = await session.runDocument(next, signal, whisperVerbs);
  } catch (error) {
    if (!(error instanceof TwimlError) && !(error instanceof WebhookError)) throw error;
    if (!signal.aborted) session.warn(error.code, error.message);
  }
}

async function converse(
  dial: TwimlElement,
  context: VerbContext,
  { session: other, signal: waiting }: QueueMember,
): Promise<void> {
  const { session, signal } = context;
  session.log('bridged', { callSid: other.sid });
  const unbridge = bridge(session.line, other.line);
  const recording = startDialRecording(dial, context);
  const over = new AbortController();
  const unlisten = session.line.listen({
    digit: (digit) => {
      if (digit === '*' && boolOf(dial, 'hangupOnStar', false)) over.abort();
    },
  });
  await waitMs(
    session.exchange.beat,
    numberOf(dial, 'timeLimit', 14_400) * 1000,
    AbortSignal.any([signal, waiting, over.signal]),
  );
  unlisten();
  recording?.stop();
  unbridge();
}
