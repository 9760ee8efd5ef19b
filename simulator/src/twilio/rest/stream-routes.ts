import type { FastifyInstance } from 'fastify';
import { refuseUrl } from '../../media-streams/media-stream.ts';
import { MAX_PARAMETER_LENGTH, tracksOf } from '../../twiml/verbs/streams.ts';
import { MAX_FORKS, type Fork, type StreamOptions } from '../call-streams.ts';
import type { CallSession } from '../call-session.ts';
import { restErrors } from './errors.ts';
import type { Form } from './form.ts';
import { callOf, formOf, found, paramsOf, type RestContext } from './request.ts';
import { streamResource } from './resources.ts';

const MAX_PARAMETERS = 99;

const fields = [
  'Name',
  'StatusCallback',
  'StatusCallbackMethod',
  'Track',
  'Url',
  ...Array.from({ length: MAX_PARAMETERS }, (_, index) => [
    `Parameter${index + 1}.Name`,
    `Parameter${index + 1}.Value`,
  ]).flat(),
];

/** https://www.twilio.com/docs/voice/api/stream-resource; there is no list, and none is fetched. */
export function streamRoutes(app: FastifyInstance, context: RestContext): void {
  const streams = '/:accountSid/Calls/:callSid/Streams';
  app.post(`${streams}.json`, async (request, reply) => {
    const call = callOf(context, request, 'callSid');
    const options = streamOptionsOf(formOf(request));
    if (!call.isInProgress) throw restErrors.callState('Call is not in-progress');
    return reply.code(201).send(streamResource(call, startFork(call, options)));
  });
  app.post(`${streams}/:sid.json`, async (request) => {
    const call = callOf(context, request, 'callSid');
    const form = formOf(request);
    form.allowOnly(['Status']);
    if (form.oneOf('Status', ['stopped']) === undefined)
      throw restErrors.invalid('Status is required');
    const fork = found(call.forks.find(paramsOf(request).sid ?? ''), request);
    fork.stream.stop('stopped');
    return { ...streamResource(call, fork), status: 'stopped' };
  });
}

function startFork(call: CallSession, options: StreamOptions): Fork {
  if (call.forks.isFull) throw restErrors.streams(`A call has at most ${MAX_FORKS} streams`);
  if (options.name !== undefined && call.forks.find(options.name))
    throw restErrors.streams('The name of a stream is unique in its call');
  return call.forks.start(options);
}

function streamOptionsOf(form: Form): StreamOptions {
  form.allowOnly(fields);
  const url = form.filled('Url');
  if (url === undefined) throw restErrors.noUrl();
  if (refuseUrl(url) !== undefined) throw restErrors.invalidUrl('Url');
  const track = form.filled('Track') ?? 'inbound_track';
  if (!['inbound_track', 'outbound_track', 'both_tracks'].includes(track))
    throw restErrors.invalidTrack();
  const statusCallback = form.url('StatusCallback');
  const method = form.method('StatusCallbackMethod') ?? 'POST';
  return {
    url,
    name: form.filled('Name'),
    tracks: tracksOf(track),
    parameters: parametersOf(form),
    callback: statusCallback ? { url: statusCallback, method } : undefined,
  };
}

function parametersOf(form: Form): Record<string, string> {
  const parameters: Record<string, string> = {};
  for (let index = 1; index <= MAX_PARAMETERS; index++) {
    const name = form.filled(`Parameter${index}.Name`);
    const value = form.text(`Parameter${index}.Value`);
    if (name === undefined && value === undefined) continue;
    if (name === undefined) throw restErrors.invalid(`Parameter${index}.Name is required`);
    if (name.length + (value ?? '').length > MAX_PARAMETER_LENGTH)
      throw restErrors.invalid(
        `Parameter${index} has more than ${MAX_PARAMETER_LENGTH} characters`,
      );
    parameters[name] = value ?? '';
  }
  return parameters;
}
