import { MediaStream, type StreamEnding } from '../../media-streams/media-stream.ts';
import type { CallSession } from '../../twilio/call-session.ts';
import { TwimlError, type TwimlElement } from '../document.ts';
import { actionSource, methodOf, resolveUrl, type Verb, type VerbContext } from '../verb.ts';

/** https://www.twilio.com/docs/voice/media-streams: at most four forks of one call. */
const MAX_FORKS = 4;
/** A name or a value of a `<Parameter>`. */
const MAX_PARAMETER_LENGTH = 500;

/** Streams that `<Start>` began and nobody stopped yet. */
const forksOf = new WeakMap<CallSession, Map<MediaStream, string | undefined>>();

/** A conversation over a stream, until the other side closes it or the call ends. */
export const connect: Verb = async (element, context) => {
  const { session, signal } = context;
  const streamElement = onlyStream(element);
  const track = streamElement.attributes.track ?? 'inbound_track';
  if (track !== 'inbound_track')
    throw new TwimlError(12_200, 'a bidirectional stream has the inbound track only');
  const stream = createStream(streamElement, context, true, ['inbound']);
  const onAbort = (): void => stream.stop(session.lifetime.aborted ? 'call-ended' : 'stopped');
  signal.addEventListener('abort', onAbort, { once: true });
  const callback = callbackOf(streamElement, context);
  const ending = await runStream(stream, callback, session);
  signal.removeEventListener('abort', onAbort);
  if (element.attributes.action === undefined) return undefined;
  const source = actionSource(element, context, {});
  if (!session.lifetime.aborted) return signal.aborted ? undefined : source;
  // The caller has hung up: the application is told, and its answer has no call to run on.
  if (source.kind === 'url' && ending.reason === 'call-ended')
    await session.exchange.notify(session, source.url, source.method, session.params());
  return undefined;
};

/** A fork of the audio beside whatever the call does. */
export const start: Verb = async (element, context) => {
  const { session } = context;
  const streamElement = onlyStream(element);
  const forks = forksOf.get(session) ?? new Map<MediaStream, string | undefined>();
  forksOf.set(session, forks);
  const { name, track = 'inbound_track' } = streamElement.attributes;
  if (forks.size >= MAX_FORKS) {
    session.warn(31_940, 'a call has at most four streams');
    return undefined;
  }
  if (name !== undefined && [...forks.values()].includes(name)) {
    session.warn(31_940, 'the name of a stream is unique in its call');
    return undefined;
  }
  const tracks =
    track === 'both_tracks'
      ? (['inbound', 'outbound'] as const)
      : ([track === 'outbound_track' ? 'outbound' : 'inbound'] as const);
  const stream = createStream(streamElement, context, false, tracks);
  const callback = callbackOf(streamElement, context);
  forks.set(stream, name);
  session.lifetime.addEventListener('abort', () => stream.stop('call-ended'), { once: true });
  void runStream(stream, callback, session).then(() => forks.delete(stream));
  return undefined;
};

export const stop: Verb = async (element, { session }) => {
  const { name } = onlyStream(element).attributes;
  for (const [stream, streamName] of forksOf.get(session) ?? [])
    if (name !== undefined && streamName === name) stream.stop('stopped');
  return undefined;
};

function onlyStream(element: TwimlElement): TwimlElement {
  const [stream, ...others] = element.children;
  if (stream === undefined || others.length > 0)
    throw new TwimlError(12_200, `<${element.name}> needs exactly one <Stream>`);
  return stream;
}

function createStream(
  element: TwimlElement,
  { session }: VerbContext,
  bidirectional: boolean,
  tracks: readonly ('inbound' | 'outbound')[],
): MediaStream {
  const parameters: Record<string, string> = {};
  for (const { attributes } of element.children) {
    const { name = '', value = '' } = attributes;
    if (name.length + value.length > MAX_PARAMETER_LENGTH)
      throw new TwimlError(12_200, 'a <Parameter> has at most 500 characters');
    parameters[name] = value;
  }
  const { url = '' } = element.attributes;
  const stream = new MediaStream({
    url,
    accountSid: session.account.sid,
    authToken: session.account.authToken,
    line: session.line,
    bidirectional,
    tracks,
    parameters,
    trustedCaPem: session.exchange.trustedCaPem,
    limits: session.exchange.streamLimits,
    onProblem: (code, message) => session.warn(code, message),
  });
  session.streams.push(stream);
  return stream;
}

interface StreamCallback {
  /** Absent where nobody wants to know. */
  readonly url: string | undefined;
  readonly method: 'GET' | 'POST';
  readonly streamName: string | undefined;
}

/** Read before the stream begins: an impossible URL is an error of the document. */
function callbackOf(element: TwimlElement, context: VerbContext): StreamCallback {
  const { statusCallback, name } = element.attributes;
  return {
    url: statusCallback === undefined ? undefined : resolveUrl(context, statusCallback),
    method: methodOf(element, 'statusCallbackMethod'),
    streamName: name,
  };
}

async function runStream(
  stream: MediaStream,
  { url, method, streamName }: StreamCallback,
  session: CallSession,
): Promise<StreamEnding> {
  const tell = async (event: string, details: Record<string, string> = {}): Promise<void> => {
    session.log(event, { streamSid: stream.sid, ...details });
    if (url === undefined) return;
    await session.exchange.notify(session, url, method, {
      AccountSid: session.account.sid,
      CallSid: session.sid,
      StreamSid: stream.sid,
      StreamName: streamName ?? stream.sid,
      StreamEvent: event,
      Timestamp: new Date().toISOString(),
      ...details,
    });
  };
  // One after the other, without holding the call up.
  let told = Promise.resolve();
  if (await stream.start()) told = tell('stream-started');
  const ending = await stream.over;
  void told.then(() =>
    ending.reason === 'failed'
      ? tell('stream-error', {
          StreamError: ending.errorMessage ?? '',
          StreamErrorCode: String(ending.errorCode),
        })
      : tell('stream-stopped'),
  );
  return ending;
}
