import { encodeMulaw } from '../audio/mulaw.ts';
import type { CallSession } from '../twilio/call-session.ts';
import type { TwimlSource } from '../twilio/call-data.ts';
import { WebhookError } from '../twilio/http-client.ts';
import { TwimlError } from './document.ts';
import { loadDocument } from './load.ts';
import { playAudio } from './playback.ts';
import type { DocumentOutcome, Verb, VerbContext } from './verb.ts';
import { connect, start, stop } from './verbs/streams.ts';
import { dial } from './verbs/dial.ts';
import { enqueue } from './verbs/enqueue.ts';
import { gather } from './verbs/gather.ts';
import { record } from './verbs/record.ts';
import { hangup, leave, pause, redirect, reject } from './verbs/simple.ts';
import { play, say } from './verbs/speech.ts';

/** Looked up at use: some verbs run documents themselves. */
const verbs = (): Readonly<Record<string, Verb>> => ({
  Connect: connect,
  Dial: dial,
  Enqueue: enqueue,
  Gather: gather,
  Hangup: hangup,
  Leave: leave,
  Pause: pause,
  Play: play,
  Record: record,
  Redirect: redirect,
  Reject: reject,
  Say: say,
  Start: start,
  Stop: stop,
});

/** Verbs that do not pick up by themselves. https://www.twilio.com/docs/voice/twiml/reject */
const silentVerbs: ReadonlySet<string> = new Set(['Pause', 'Redirect', 'Reject', 'Leave', 'Dial']);

const APPLICATION_ERROR = 'We are sorry, an application error has occurred. Goodbye.';

/**
 * Runs one document; what goes wrong is handled as Twilio does.
 * @returns the document that follows; undefined when the call should end, or is over already
 */
export async function runTwiml(
  session: CallSession,
  source: TwimlSource,
  signal: AbortSignal,
): Promise<TwimlSource | undefined> {
  let failedUrl = source.kind === 'url' ? source.url : '';
  try {
    const outcome = await runDocument(session, source, signal, {
      onLoaded: (url) => (failedUrl = url),
    });
    return outcome === 'leave' ? undefined : outcome;
  } catch (error) {
    if (signal.aborted && error instanceof WebhookError) return undefined;
    if (!(error instanceof TwimlError) && !(error instanceof WebhookError)) throw error;
    const url = error instanceof WebhookError ? error.url : failedUrl;
    return recover(session, source, error, url, signal);
  }
}

/** @throws TwimlError or WebhookError */
export async function runDocument(
  session: CallSession,
  source: TwimlSource,
  signal: AbortSignal,
  options: {
    onLoaded?(url: string): void;
    /** Where a document may not have every verb. */
    readonly allowed?: ReadonlySet<string>;
  } = {},
): Promise<DocumentOutcome> {
  const { elements, url, method, audio } = await loadDocument(session, source, signal);
  if (signal.aborted) return undefined;
  options.onLoaded?.(url ?? '');
  if (audio !== undefined) {
    session.answer();
    await playAudio(session.line, audio, signal);
    return undefined;
  }
  for (const { name } of elements)
    if (options.allowed && !options.allowed.has(name))
      throw new TwimlError(12_200, `Schema validation warning: <${name}> is not allowed here`);
  const context: VerbContext = { session, signal, documentUrl: url, documentMethod: method };
  for (const element of elements) {
    if (!silentVerbs.has(element.name)) session.answer();
    session.log('verb', { name: element.name });
    const outcome = await (verbs()[element.name] as Verb)(element, context);
    if (signal.aborted || outcome === 'end') return undefined;
    if (outcome !== undefined) return outcome;
  }
  return undefined;
}

/** The voice fallback URL where there is one; else the caller is told, and the call ends. */
async function recover(
  session: CallSession,
  source: TwimlSource,
  error: TwimlError | WebhookError,
  url: string,
  signal: AbortSignal,
): Promise<TwimlSource | undefined> {
  session.errorCode = error.code;
  session.warn(error.code, error.message);
  const { fallback } = session;
  const isFallback = source.kind === 'url' && source.isFallback === true;
  if (fallback && !isFallback)
    return {
      kind: 'url',
      ...fallback,
      params: { ErrorCode: String(error.code), ErrorUrl: url },
      isFallback: true,
    };
  session.answer();
  const { pcm8k } = await session.exchange.voices.speak({
    text: APPLICATION_ERROR,
    voice: 'en-us',
  });
  await playAudio(session.line, encodeMulaw(pcm8k), signal);
  if (!signal.aborted) session.end('completed', 'network', error.code);
  return undefined;
}
