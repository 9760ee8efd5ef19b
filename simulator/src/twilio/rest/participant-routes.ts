import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Conference } from '../conferences/conference.ts';
import type { Participant } from '../conferences/participant.ts';
import { announce, announcementFields } from './conference-routes.ts';
import { coachOf } from './coaching.ts';
import { createParticipant } from './create-participant.ts';
import { restErrors } from './errors.ts';
import type { Form } from './form.ts';
import { page } from './paging.ts';
import { formOf, found, paramsOf, pathOf, queryOf, type RestContext } from './request.ts';
import { participantResource } from './resources.ts';

const updateFields = [
  'AnnounceMethod',
  'AnnounceUrl',
  'BeepOnExit',
  'CallSidToCoach',
  'Coaching',
  'EndConferenceOnExit',
  'Hold',
  'HoldMethod',
  'HoldUrl',
  'Muted',
  'WaitMethod',
  'WaitUrl',
];

/**
 * Who is in a conference that is not over.
 * https://www.twilio.com/docs/voice/api/conference-participant-resource
 */
export function participantRoutes(app: FastifyInstance, context: RestContext): void {
  const conferenceOf = (request: FastifyRequest): Conference => {
    const { conferenceSid = '' } = paramsOf(request);
    const conference = context.accountOf(request).conferences.get(conferenceSid);
    return found(conference?.status === 'completed' ? undefined : conference, request);
  };
  const render = (conference: Conference) => (participant: Participant) =>
    participantResource(conference, participant);
  const all = '/:accountSid/Conferences/:conferenceSid/Participants.json';
  app.get(all, async (request) => {
    const query = queryOf(request);
    const conference = conferenceOf(request);
    const listed = filterParticipants(conference, query).map((one) =>
      Object.assign(one, { sid: one.session.sid }),
    );
    return page(listed, 'participants', pathOf(request), query, render(conference));
  });
  app.post(all, async (request, reply) => {
    const { conferenceSid = '' } = paramsOf(request);
    const account = context.accountOf(request);
    // The room may also be named, and is opened where there is none of that name.
    const isSid = /^CF[0-9a-f]{32}$/.test(conferenceSid);
    const room = isSid ? conferenceOf(request) : decodeURIComponent(conferenceSid);
    const made = createParticipant(context.exchange, account, room, formOf(request));
    return reply.code(201).send(participantResource(made.conference, made.participant));
  });
  const one = '/:accountSid/Conferences/:conferenceSid/Participants/:sid.json';
  const participantOf = (request: FastifyRequest): [Conference, Participant] => {
    const conference = conferenceOf(request);
    const { sid = '' } = paramsOf(request);
    return [conference, found(conference.find(decodeURIComponent(sid)), request)];
  };
  app.get(one, async (request) => participantResource(...participantOf(request)));
  app.post(one, async (request) => {
    const [conference, participant] = participantOf(request);
    updateParticipant(conference, participant, formOf(request));
    return participantResource(conference, participant);
  });
  app.delete(one, async (request, reply) => {
    const [conference, participant] = participantOf(request);
    conference.leave(participant, 'participant_updated_via_api');
    return reply.code(204).send();
  });
}

function filterParticipants(
  conference: Conference,
  query: URLSearchParams,
): readonly Participant[] {
  const tests: ((one: Participant) => boolean)[] = [];
  const flag = (name: string, value: (one: Participant) => boolean): void => {
    const wanted = query.get(name)?.toLowerCase();
    if (!wanted) return;
    if (wanted !== 'true' && wanted !== 'false')
      throw restErrors.invalid(`${name} must be true or false`);
    tests.push((one) => String(value(one)) === wanted);
  };
  flag('Muted', (one) => one.muted);
  flag('Hold', (one) => one.hold !== undefined);
  flag('Coaching', (one) => one.callSidToCoach !== undefined);
  return [...conference.participants.values()].filter((one) => tests.every((test) => test(one)));
}

/** All is read, and so checked, before anything is changed. */
function updateParticipant(conference: Conference, participant: Participant, form: Form): void {
  form.allowOnly(updateFields);
  const muted = form.boolean('Muted');
  const hold = form.boolean('Hold');
  const holdUrl = form.url('HoldUrl');
  const holdMethod = form.method('HoldMethod') ?? 'GET';
  const waitUrl = form.url('WaitUrl');
  const waitMethod = form.method('WaitMethod') ?? 'POST';
  const beepOnExit = form.boolean('BeepOnExit');
  const endConferenceOnExit = form.boolean('EndConferenceOnExit');
  const announcement = announcementFields(form);
  const coach = coachOf(conference, participant, form);
  if (!participant.isConnected) throw restErrors.callState('The participant is not connected');
  if (muted !== undefined) conference.setMuted(participant, muted);
  if (hold !== undefined)
    conference.setHold(
      participant,
      !hold
        ? undefined
        : holdUrl
          ? { kind: 'url', url: holdUrl, method: holdMethod }
          : { kind: 'music' },
    );
  let isModified = coach !== undefined;
  if (coach !== undefined) participant.callSidToCoach = coach.callSid;
  if (beepOnExit !== undefined) {
    participant.beepOnExit = beepOnExit;
    isModified = true;
  }
  if (endConferenceOnExit !== undefined) {
    participant.endConferenceOnExit = endConferenceOnExit;
    isModified = true;
  }
  if (form.has('WaitUrl')) {
    participant.wait = waitUrl
      ? { kind: 'url', url: waitUrl, method: waitMethod }
      : { kind: 'silence' };
    isModified = true;
  }
  if (isModified) conference.modified(participant);
  if (announcement) announce(conference, participant, announcement);
}
