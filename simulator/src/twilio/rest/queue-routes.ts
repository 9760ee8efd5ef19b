import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Queue, type QueueMember } from '../queue.ts';
import { restErrors } from './errors.ts';
import type { Form } from './form.ts';
import { page } from './paging.ts';
import { formOf, found, paramsOf, pathOf, queryOf, type RestContext } from './request.ts';
import { memberResource, queueResource } from './resources.ts';

const MAX_NAME_LENGTH = 64;
const MAX_SIZE = 5000;
const FRONT = 'Front';

/**
 * https://www.twilio.com/docs/voice/api/queue-resource and
 * https://www.twilio.com/docs/voice/api/member-resource
 */
export function queueRoutes(app: FastifyInstance, context: RestContext): void {
  const { accountOf } = context;
  const queueOf = (request: FastifyRequest, name: 'sid' | 'queueSid' = 'sid'): Queue =>
    found(accountOf(request).queues.get(paramsOf(request)[name] ?? ''), request);
  app.get('/:accountSid/Queues.json', async (request) => {
    const query = queryOf(request);
    const queues = [...accountOf(request).queues.values()].reverse();
    return page(queues, 'queues', pathOf(request), query, queueResource);
  });
  app.post('/:accountSid/Queues.json', async (request, reply) => {
    const account = accountOf(request);
    const form = formOf(request);
    const name = nameOf(form);
    if (name === undefined) throw restErrors.friendlyName();
    const maxSize = form.integer('MaxSize', 1, MAX_SIZE);
    if (account.queueNamed(name)) throw restErrors.queueExists(name);
    return reply.code(201).send(queueResource(new Queue(account, name, maxSize)));
  });
  const one = '/:accountSid/Queues/:sid.json';
  app.get(one, async (request) => queueResource(queueOf(request)));
  app.post(one, async (request) => {
    const queue = queueOf(request);
    const form = formOf(request);
    const name = nameOf(form);
    const maxSize = form.integer('MaxSize', 1, MAX_SIZE);
    const other = name === undefined ? undefined : accountOf(request).queueNamed(name);
    if (name !== undefined && other !== undefined && other !== queue)
      throw restErrors.queueExists(name);
    queue.friendlyName = name ?? queue.friendlyName;
    queue.maxSize = maxSize ?? queue.maxSize;
    queue.updatedAtMs = Date.now();
    return queueResource(queue);
  });
  app.delete(one, async (request, reply) => {
    const queue = queueOf(request);
    if (queue.members.length > 0) throw restErrors.queueNotEmpty();
    queue.account.queues.delete(queue.sid);
    return reply.code(204).send();
  });
  memberRoutes(app, (request) => queueOf(request, 'queueSid'));
}

function memberRoutes(app: FastifyInstance, queueOf: (request: FastifyRequest) => Queue): void {
  const members = '/:accountSid/Queues/:queueSid/Members';
  const memberOf = (request: FastifyRequest, queue: Queue): QueueMember => {
    const { sid } = paramsOf(request);
    const member =
      sid === FRONT ? queue.members[0] : queue.members.find(({ session }) => session.sid === sid);
    return found(member, request);
  };
  app.get(`${members}.json`, async (request) => {
    const query = queryOf(request);
    const queue = queueOf(request);
    const listed = queue.members.map((member) => ({ member, sid: member.session.sid }));
    return page(listed, 'queue_members', pathOf(request), query, ({ member }) =>
      memberResource(queue, member),
    );
  });
  app.get(`${members}/:sid.json`, async (request) => {
    const queue = queueOf(request);
    return memberResource(queue, memberOf(request, queue));
  });
  // Takes the call out of the queue and sends it to another document.
  app.post(`${members}/:sid.json`, async (request) => {
    const queue = queueOf(request);
    const member = memberOf(request, queue);
    const form = formOf(request);
    form.allowOnly(['Method', 'Url']);
    const url = form.url('Url');
    const method = form.method('Method') ?? 'POST';
    if (url === undefined) throw restErrors.noUrl();
    const resource = memberResource(queue, member);
    member.session.redirect({ kind: 'url', url, method });
    return resource;
  });
}

function nameOf(form: Form): string | undefined {
  form.allowOnly(['FriendlyName', 'MaxSize']);
  const name = form.filled('FriendlyName');
  if (name !== undefined && name.length > MAX_NAME_LENGTH) throw restErrors.friendlyName();
  return name;
}
