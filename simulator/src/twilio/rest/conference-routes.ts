import type { FastifyInstance, FastifyRequest } from 'fastify';
import { announcementOf } from '../../twiml/announcement.ts';
import { TwimlError } from '../../twiml/document.ts';
import type { Account } from '../account.ts';
import type { Conference } from '../conferences/conference.ts';
import type { Participant } from '../conferences/participant.ts';
import { WebhookError } from '../http-client.ts';
import { dateFilter } from './dates.ts';
import { restErrors } from './errors.ts';
import type { Form } from './form.ts';
import { page } from './paging.ts';
import { formOf, found, paramsOf, pathOf, queryOf, type RestContext } from './request.ts';
import { conferenceResource } from './resources.ts';

/** https://www.twilio.com/docs/voice/api/conference-resource */
export function conferenceRoutes(app: FastifyInstance, { accountOf }: RestContext): void {
  const conferenceOf = (request: FastifyRequest): Conference =>
    found(accountOf(request).conferences.get(paramsOf(request).sid ?? ''), request);
  app.get('/:accountSid/Conferences.json', async (request) => {
    const query = queryOf(request);
    const conferences = filterConferences(accountOf(request), query);
    return page(conferences, 'conferences', pathOf(request), query, conferenceResource);
  });
  const one = '/:accountSid/Conferences/:sid.json';
  app.get(one, async (request) => conferenceResource(conferenceOf(request)));
  app.post(one, async (request) => {
    const conference = conferenceOf(request);
    const form = formOf(request);
    form.allowOnly(['AnnounceMethod', 'AnnounceUrl', 'Status']);
    const status = form.oneOf('Status', ['completed']);
    const announcement = announcementFields(form);
    if (status === undefined && announcement === undefined)
      throw restErrors.invalid('Status or AnnounceUrl is required');
    if (announcement) {
      if (conference.status !== 'in-progress')
        throw restErrors.callState('The conference is not in-progress');
      announce(conference, undefined, announcement);
    }
    if (status) conference.endByApi();
    return conferenceResource(conference);
  });
}

function filterConferences(account: Account, query: URLSearchParams): readonly Conference[] {
  const name = query.get('FriendlyName');
  // Without a status, those in progress are listed since 30 September 2026.
  const status = query.get('Status') || 'in-progress';
  if (!['init', 'in-progress', 'completed'].includes(status))
    throw restErrors.invalid('Status is not valid');
  const isCreatedIn = dateFilter(query, 'DateCreated');
  const isUpdatedIn = dateFilter(query, 'DateUpdated');
  return [...account.conferences.values()]
    .reverse()
    .filter((one) => one.status === status)
    .filter((one) => !name || one.friendlyName === name)
    .filter((one) => isCreatedIn(one.createdAtMs) && isUpdatedIn(one.updatedAtMs));
}

export interface Announcement {
  readonly url: string;
  readonly method: 'GET' | 'POST';
}

export function announcementFields(form: Form): Announcement | undefined {
  const url = form.url('AnnounceUrl');
  const method = form.method('AnnounceMethod') ?? 'POST';
  return url === undefined ? undefined : { url, method };
}

/** Fetches and plays beside the answer to the request; its end, or its failure, is an event. */
export function announce(
  conference: Conference,
  to: Participant | undefined,
  { url, method }: Announcement,
): void {
  const session = (to ?? [...conference.participants.values()][0])?.session;
  if (session === undefined) return;
  const speak = async (): Promise<void> => {
    try {
      const source = { kind: 'url', url, method } as const;
      const audio = await announcementOf(session, source, session.lifetime);
      conference.announce(audio, to, url);
    } catch (error) {
      if (!(error instanceof TwimlError) && !(error instanceof WebhookError)) throw error;
      session.warn(error.code, error.message);
      conference.announcementFailed(to, url, error.message);
    }
  };
  session.exchange.supervise(session, speak());
}
