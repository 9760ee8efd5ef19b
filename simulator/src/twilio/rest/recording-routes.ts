import type { FastifyInstance, FastifyRequest } from 'fastify';
import { encodeMp3 } from '../../audio/mp3.ts';
import { recordCall, type Recording } from '../recording.ts';
import { dateFilter } from './dates.ts';
import { restErrors } from './errors.ts';
import { page } from './paging.ts';
import { recordingFields, recordingOptionsOf } from './recording-fields.ts';
import { callOf, formOf, found, paramsOf, pathOf, queryOf, type RestContext } from './request.ts';
import { recordingResource } from './resources.ts';

const CURRENT = 'Twilio.CURRENT';

/** https://www.twilio.com/docs/voice/api/recording */
export function recordingRoutes(app: FastifyInstance, context: RestContext): void {
  for (const parent of [
    '/:accountSid',
    '/:accountSid/Calls/:callSid',
    '/:accountSid/Conferences/:conferenceSid',
  ])
    readingRoutes(app, context, parent);
  mediaRoutes(app, context);
  const calls = '/:accountSid/Calls/:callSid';
  app.post(`${calls}/Recordings.json`, async (request, reply) => {
    const call = callOf(context, request, 'callSid');
    const form = formOf(request);
    form.allowOnly(recordingFields);
    const options = recordingOptionsOf(form, 'StartCallRecordingAPI');
    if (!call.isInProgress)
      throw restErrors.callState('Requested resource is not eligible for recording');
    // A second request while the first recording runs is taken, and starts nothing.
    const running = [...call.account.recordings.values()].find(
      (one) => one.isActive && one.callSid === call.sid && one.source === options.source,
    );
    const recording = running ?? recordCall(call, options);
    return reply.code(201).send(render(context, request, recording));
  });
  const change = async (request: FastifyRequest): Promise<object> => {
    const recording = recordingOf(context, request);
    updateRecording(recording, request);
    const status = formOf(request).text('Status') as string;
    // What was stopped is being processed when the next request comes.
    return { ...render(context, request, recording), status };
  };
  app.post(`${calls}/Recordings/:sid.json`, change);
  app.post('/:accountSid/Conferences/:conferenceSid/Recordings/:sid.json', change);
}

function readingRoutes(app: FastifyInstance, context: RestContext, parent: string): void {
  app.get(`${parent}/Recordings.json`, async (request) => {
    const query = queryOf(request);
    const { callSid, conferenceSid } = ownersOf(context, request);
    const wantedCall = callSid ?? query.get('CallSid');
    const wantedConference = conferenceSid ?? query.get('ConferenceSid');
    const isInTime = dateFilter(query, 'DateCreated');
    const withDeleted = query.get('IncludeSoftDeleted') === 'true';
    const recordings = [...context.accountOf(request).recordings.values()]
      .reverse()
      .filter((one) => !wantedCall || one.callSid === wantedCall)
      .filter((one) => !wantedConference || one.conferenceSid === wantedConference)
      .filter((one) => withDeleted || one.status !== 'deleted')
      .filter((one) => isInTime(one.createdAtMs));
    return page(recordings, 'recordings', pathOf(request), query, (one) =>
      render(context, request, one),
    );
  });
  app.get(`${parent}/Recordings/:sid.json`, async (request) => {
    const withDeleted = queryOf(request).get('IncludeSoftDeleted') === 'true';
    return render(context, request, recordingOf(context, request, withDeleted));
  });
  app.delete(`${parent}/Recordings/:sid.json`, async (request, reply) => {
    const recording = recordingOf(context, request);
    if (recording.isActive) throw restErrors.cannotDelete();
    recording.delete();
    return reply.code(204).send();
  });
}

/** The audio: `RE….wav`, `RE….mp3`, and without an ending as WAV. */
function mediaRoutes(app: FastifyInstance, { exchange }: RestContext): void {
  app.get('/:accountSid/Recordings/:sid', { config: { isMedia: true } }, async (request, reply) => {
    const { accountSid, sid = '' } = paramsOf(request);
    const [, name = '', ending = 'wav'] = /^(RE[0-9a-f]{32})(?:\.(wav|mp3))?$/.exec(sid) ?? [];
    const recording = found(exchange.accounts.get(accountSid)?.recordings.get(name), request);
    const channels = queryOf(request).get('RequestedChannels');
    if (channels !== null && channels !== '1' && channels !== '2')
      throw restErrors.invalid('RequestedChannels must be 1 or 2');
    const mono = channels === '1';
    const samples = found(recording.samples(mono), request);
    if (channels === '2' && samples.length === 1) throw restErrors.notDualChannel();
    return ending === 'mp3'
      ? reply.type('audio/mpeg').send(await encodeMp3(samples, { sampleRateHz: 8000 }))
      : reply.type('audio/x-wav').send(recording.wav(mono));
  });
}

function updateRecording(recording: Recording, request: FastifyRequest): void {
  const form = formOf(request);
  form.allowOnly(['PauseBehavior', 'Status']);
  const status = form.oneOf('Status', ['in-progress', 'paused', 'stopped']);
  const behavior = form.oneOf('PauseBehavior', ['silence', 'skip']) ?? 'silence';
  if (status === undefined) throw restErrors.invalid('Status is required');
  if (!recording.isActive)
    throw restErrors.callState('Requested resource is not eligible for recording');
  if (status === 'stopped') recording.stop();
  else if (status === 'paused') recording.pause(behavior);
  else recording.resume();
}

/** The parents in the path, which must exist. */
function ownersOf(
  context: RestContext,
  request: FastifyRequest,
): { callSid: string | undefined; conferenceSid: string | undefined } {
  const { callSid, conferenceSid } = paramsOf(request);
  const account = context.accountOf(request);
  if (callSid !== undefined) found(account.calls.get(callSid), request);
  if (conferenceSid !== undefined) found(account.conferences.get(conferenceSid), request);
  return { callSid, conferenceSid };
}

function recordingOf(
  context: RestContext,
  request: FastifyRequest,
  withDeleted = false,
): Recording {
  const { sid = '' } = paramsOf(request);
  const { callSid, conferenceSid } = ownersOf(context, request);
  const belongs = (one: Recording): boolean =>
    (callSid === undefined || one.callSid === callSid) &&
    (conferenceSid === undefined || one.conferenceSid === conferenceSid);
  const { recordings } = context.accountOf(request);
  const hasParent = callSid !== undefined || conferenceSid !== undefined;
  const recording =
    sid === CURRENT && hasParent
      ? [...recordings.values()].findLast((one) => one.isActive && belongs(one))
      : recordings.get(sid);
  const isThere =
    recording !== undefined &&
    belongs(recording) &&
    (withDeleted || recording.status !== 'deleted');
  return found(isThere ? recording : undefined, request);
}

function render(context: RestContext, request: FastifyRequest, recording: Recording): object {
  const { callSid, conferenceSid } = paramsOf(request);
  return recordingResource(
    recording,
    context.exchange.recordingUrl(recording.accountSid, recording.sid),
    callSid ? `Calls/${callSid}` : conferenceSid ? `Conferences/${conferenceSid}` : undefined,
  );
}
