import { createStream, runStream, type StreamOptions } from '../../twilio/call-streams.ts';
import { recordCall, type RecordingOptions } from '../../twilio/recording.ts';
import { TwimlError, type TwimlElement } from '../document.ts';
import { actionSource, methodOf, resolveUrl, type Verb, type VerbContext } from '../verb.ts';
import { recordingCallback } from './record.ts';

/** A name and a value of a `<Parameter>` together. */
export const MAX_PARAMETER_LENGTH = 500;

/** A conversation over a stream, until the other side closes it or the call ends. */
export const connect: Verb = async (element, context) => {
  const { session, signal } = context;
  const streamElement = onlyNoun(element);
  const options = streamOptionsOf(streamElement, context);
  if (options.tracks.length !== 1 || options.tracks[0] !== 'inbound')
    throw new TwimlError(31_941, 'Stream - Invalid Track configuration: inbound_track only');
  const stream = createStream(session, options, true);
  const onAbort = (): void => stream.stop(session.lifetime.aborted ? 'call-ended' : 'stopped');
  signal.addEventListener('abort', onAbort, { once: true });
  const ending = await runStream(session, stream, options);
  signal.removeEventListener('abort', onAbort);
  if (element.attributes.action === undefined) return undefined;
  const source = actionSource(element, context, {});
  if (!session.lifetime.aborted) return signal.aborted ? undefined : source;
  // The caller has hung up: the application is told, and its answer has no call to run on.
  if (source.kind === 'url' && ending.reason === 'call-ended')
    await session.exchange.notify(session, source.url, source.method, session.params());
  return undefined;
};

/** A fork of the audio, or a recording, beside whatever the call does. */
export const start: Verb = async (element, context) => {
  const { session } = context;
  const noun = onlyNoun(element);
  if (noun.name === 'Recording') {
    recordCall(session, recordingOptionsOf(noun, context));
    return undefined;
  }
  const options = streamOptionsOf(noun, context);
  if (session.forks.isFull) session.warn(31_940, 'a call has at most four streams');
  else if (options.name !== undefined && session.forks.find(options.name))
    session.warn(31_940, 'the name of a stream is unique in its call');
  else session.forks.start(options);
  return undefined;
};

export const stop: Verb = async (element, { session }) => {
  const { name } = onlyNoun(element).attributes;
  if (name !== undefined) session.forks.find(name)?.stream.stop('stopped');
  return undefined;
};

function onlyNoun(element: TwimlElement): TwimlElement {
  const [noun, ...others] = element.children;
  if (noun === undefined || others.length > 0)
    throw new TwimlError(12_200, `<${element.name}> needs exactly one noun`);
  return noun;
}

/** https://www.twilio.com/docs/voice/twiml/recording */
function recordingOptionsOf(noun: TwimlElement, context: VerbContext): RecordingOptions {
  const { channels, track, trim } = noun.attributes;
  return {
    source: 'StartCallRecordingTwiML',
    channels: channels === 'mono' ? 1 : 2,
    track: track === 'inbound' || track === 'outbound' ? track : 'both',
    trim: trim === 'trim-silence',
    callback: recordingCallback(noun, context),
  };
}

/** Read before the stream begins: an impossible URL is an error of the document. */
function streamOptionsOf(element: TwimlElement, context: VerbContext): StreamOptions {
  const parameters: Record<string, string> = {};
  for (const { attributes } of element.children) {
    const { name = '', value = '' } = attributes;
    if (name.length + value.length > MAX_PARAMETER_LENGTH)
      throw new TwimlError(12_200, 'a <Parameter> has at most 500 characters');
    parameters[name] = value;
  }
  const { url = '', name, track = 'inbound_track', statusCallback } = element.attributes;
  return {
    url,
    name,
    tracks: tracksOf(track),
    parameters,
    callback:
      statusCallback === undefined
        ? undefined
        : {
            url: resolveUrl(context, statusCallback),
            method: methodOf(element, 'statusCallbackMethod'),
          },
  };
}

/** https://www.twilio.com/docs/voice/twiml/stream#track */
export function tracksOf(track: string): readonly ('inbound' | 'outbound')[] {
  if (track === 'both_tracks') return ['inbound', 'outbound'];
  return [track === 'outbound_track' ? 'outbound' : 'inbound'];
}
