import { encodeMulaw } from '../audio/mulaw.ts';
import { readWav, WavError } from '../telephone-network/wav.ts';
import type { CallSession } from '../twilio/call-session.ts';
import type { TwimlSource } from '../twilio/call-data.ts';
import { WebhookError } from '../twilio/http-client.ts';
import { parseTwiml, TwimlError, type TwimlElement } from './document.ts';
import { playAudio } from './playback.ts';
import type { Verb, VerbContext } from './verb.ts';
import { connect, start, stop } from './verbs/streams.ts';
import { dial } from './verbs/dial.ts';
import { gather } from './verbs/gather.ts';
import { record } from './verbs/record.ts';
import { hangup, leave, pause, redirect, reject } from './verbs/simple.ts';
import { play, say } from './verbs/speech.ts';

const verbs: Readonly<Record<string, Verb>> = {
  Connect: connect,
  Dial: dial,
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
};

/** Verbs that do not pick up by themselves. https://www.twilio.com/docs/voice/twiml/reject */
const silentVerbs: ReadonlySet<string> = new Set(['Pause', 'Redirect', 'Reject', 'Leave', 'Dial']);

const APPLICATION_ERROR = 'We are sorry, an application error has occurred. Goodbye.';

interface LoadedDocument {
  readonly elements: readonly TwimlElement[];
  readonly url: string | undefined;
  readonly method: 'GET' | 'POST';
}

/**
 * Runs one document.
 * @returns the document that follows; undefined when the call should end, or is over already
 */
export async function runTwiml(
  session: CallSession,
  source: TwimlSource,
  signal: AbortSignal,
): Promise<TwimlSource | undefined> {
  let failedUrl = source.kind === 'url' ? source.url : '';
  try {
    const document = await load(session, source, signal);
    if (document === undefined || signal.aborted) return undefined;
    failedUrl = document.url ?? '';
    const context: VerbContext = {
      session,
      signal,
      documentUrl: document.url,
      documentMethod: document.method,
    };
    for (const element of document.elements) {
      if (!silentVerbs.has(element.name)) session.answer();
      session.log('verb', { name: element.name });
      const outcome = await (verbs[element.name] as Verb)(element, context);
      if (signal.aborted || outcome === 'end') return undefined;
      if (outcome !== undefined) return outcome;
    }
    return undefined;
  } catch (error) {
    if (signal.aborted && error instanceof WebhookError) return undefined;
    if (!(error instanceof TwimlError) && !(error instanceof WebhookError)) throw error;
    const url = error instanceof WebhookError ? error.url : failedUrl;
    return recover(session, source, error, url, signal);
  }
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

async function load(
  session: CallSession,
  source: TwimlSource,
  signal: AbortSignal,
): Promise<LoadedDocument | undefined> {
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
    { url, method, params, authToken, signal },
    undefined,
  );
  session.log('response', { url: reply.url, status: reply.status });
  if (reply.status < 200 || reply.status > 299)
    throw new WebhookError(11_200, `HTTP retrieval failure: ${reply.status}`, url);
  const type = reply.contentType?.split(';')[0]?.trim().toLowerCase() ?? '';
  if (/^audio\/(x-)?wave?$/.test(type)) {
    await playFile(session, reply.body, signal);
    return undefined;
  }
  // https://support.twilio.com "Error 12300": text/html and JSON are refused, too.
  if (type !== 'text/xml' && type !== 'application/xml')
    throw new TwimlError(12_300, `Invalid Content-Type: ${type || 'none'}`);
  return { elements: parseTwiml(reply.body.toString('utf8')), url: reply.url, method };
}

async function playFile(session: CallSession, wav: Buffer, signal: AbortSignal): Promise<void> {
  try {
    const audio = readWav(wav);
    session.answer();
    await playAudio(session.line, audio, signal);
  } catch (error) {
    if (!(error instanceof WavError)) throw error;
    throw new TwimlError(12_300, `Invalid Content-Type: ${error.message}`);
  }
}
