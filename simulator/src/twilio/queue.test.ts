import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import twilio from 'twilio';
import type { ScriptInput } from '../callers/script.ts';
import { refusal } from './testing/calls.ts';
import { ACCOUNT_SID, AUTH_TOKEN, CALLER, NUMBER, startRig, type Rig } from './testing/rig.ts';

const AGENT = '+56922220000';

let rig: Rig;
let client: twilio.Twilio;
let queues = 0;
let name: string;

before(async () => {
  rig = await startRig();
  client = twilio(ACCOUNT_SID, AUTH_TOKEN);
  client.api.baseUrl = rig.simulator.url;
});
after(() => rig.close());
beforeEach(() => {
  name = `cola ${++queues}`;
  rig.application.requests.length = 0;
  rig.application.document('/left', '<Hangup/>');
  rig.application.document('/after', '<Hangup/>');
  rig.application.document(
    '/wait',
    '<Say language="es-MX">Espere</Say><Pause length="1"/><Redirect/>',
  );
});

const waitForEnd = { do: 'wait-for-end', timeoutMs: 60_000 } as const;
const enqueueVerb = (attributes = 'waitUrl="/wait"'): string =>
  `<Enqueue action="/left" ${attributes}>${name}</Enqueue>`;

/** Callers wait in the queue; the agent's call dials it. */
function answerCalls(waiting = enqueueVerb(), dialling = ''): void {
  rig.application.answer('/voice', ({ params }) => {
    const verbs =
      params.From === AGENT
        ? `<Dial action="/after" timeout="20"><Queue ${dialling}>${name}</Queue></Dial>`
        : waiting;
    return `<Response>${verbs}</Response>`;
  });
}

const call = (from: string, script: ScriptInput) =>
  rig.simulator.dial({ from, to: NUMBER, script });

const left = () => rig.application.requestsTo('/left').map(({ params }) => params);

async function until<T>(look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const theQueue = () =>
  until(async () => (await client.queues.list()).find((queue) => queue.friendlyName === name));

test('who waits hears the documents of the wait, and then whoever dials the queue', async () => {
  answerCalls(enqueueVerb(), 'url="/whisper"');
  rig.application.document('/whisper', '<Say language="es-MX">Lo comunicamos</Say>');
  const customer = call(CALLER, [
    { do: 'wait-for-speech', matching: /espere/i },
    { do: 'wait-for-speech', matching: /lo comunicamos/i, timeoutMs: 60_000 },
    { do: 'wait-for-speech', matching: /buenos días/i, timeoutMs: 60_000 },
    { do: 'say', text: 'Quiero un presupuesto' },
    waitForEnd,
  ]);
  await until(() => rig.application.requestsTo('/wait').at(1));
  const waiting = rig.application.requestsTo('/wait')[1]?.params;
  const queue = await theQueue();
  assert.equal(waiting?.QueueSid, queue.sid);
  assert.deepEqual(
    [waiting?.QueuePosition, waiting?.CurrentQueueSize, waiting?.MaxQueueSize],
    ['1', '1', '1000'],
  );
  assert.ok(Number(waiting?.QueueTime) >= 0 && Number(waiting?.AvgQueueTime) >= 0);
  const [member] = await client.queues(queue.sid).members.list();
  assert.deepEqual([member?.callSid, member?.position], [await customer.started, 1]);
  const agent = call(AGENT, [
    { do: 'wait', ms: 2500 },
    { do: 'say', text: 'Buenos días' },
    { do: 'wait-for-speech', matching: /presupuesto/i, timeoutMs: 60_000 },
    { do: 'hang-up' },
  ]);
  assert.deepEqual((await agent.done).failures, []);
  assert.deepEqual((await customer.done).failures, []);
  const whispered = rig.application.requestsTo('/whisper')[0]?.params;
  assert.deepEqual(
    [whispered?.CallSid, whispered?.DequeingCallSid, whispered?.QueueSid],
    [await customer.started, await agent.started, queue.sid],
  );
  const [result] = left();
  assert.deepEqual([result?.QueueResult, result?.QueueSid], ['bridged', queue.sid]);
  assert.equal(result?.CallStatus, 'in-progress');
  const dialled = await until(() => rig.application.requestsTo('/after').at(0));
  assert.equal(dialled.params.DialCallStatus, 'completed');
  assert.equal(dialled.params.DialCallSid, await customer.started);
});

test('leaves the queue, told at once, and goes on', async () => {
  rig.application.document('/wait', '<Leave/>');
  answerCalls();
  await call(CALLER, [waitForEnd]).done;
  assert.deepEqual([left()[0]?.QueueResult, left()[0]?.QueueTime], ['leave', '0']);
  rig.application.document(
    '/voice',
    `<Enqueue waitUrl="/wait">${name}</Enqueue><Say language="es-MX">Está cerrado</Say>`,
  );
  const report = await call(CALLER, [{ do: 'wait-for-speech', matching: /cerrado/i }, waitForEnd])
    .done;
  assert.deepEqual(report.failures, []);
});

test('a key in the wait can send somewhere else', async () => {
  rig.application.document(
    '/wait',
    '<Gather numDigits="1" action="/key"><Pause length="30"/></Gather>',
  );
  rig.application.document('/key', '<Leave/>');
  answerCalls();
  await call(CALLER, [{ do: 'wait', ms: 300 }, { do: 'press', digits: '1' }, waitForEnd]).done;
  assert.equal(rig.application.requestsTo('/key')[0]?.params.Digits, '1');
  assert.equal(left()[0]?.QueueResult, 'leave');
});

test('a hang-up, an error of the wait, and a full queue are told as they are', async () => {
  answerCalls();
  await call(CALLER, [{ do: 'wait', ms: 300 }, { do: 'hang-up' }]).done;
  assert.equal((await until(() => left().at(0))).QueueResult, 'hangup');
  rig.application.document('/wait', '<Dial>+56911112222</Dial>');
  await call(CALLER, [waitForEnd]).done;
  assert.equal(left()[1]?.QueueResult, 'error');
  const queue = await theQueue();
  await client.queues(queue.sid).update({ maxSize: 1 });
  rig.application.document('/wait', '<Pause length="60"/>');
  const first = call(CALLER, [waitForEnd]);
  await until(async () => (await client.queues(queue.sid).fetch()).currentSize || undefined);
  await call('+56955554444', [waitForEnd]).done;
  assert.equal(left()[2]?.QueueResult, 'queue-full');
  assert.equal(left()[2]?.QueueSid, undefined);
  assert.deepEqual(await refusal(client.queues(queue.sid).remove()), [400, 22_002]);
  first.hangUp();
  await first.done;
  await until(() => left().at(3));
});

test('the API takes the front of the queue and sends it elsewhere', async () => {
  answerCalls(enqueueVerb('waitUrl=""'));
  rig.application.document('/elsewhere', '<Say language="es-MX">Otra oficina</Say>');
  const customer = call(CALLER, [{ do: 'wait-for-speech', matching: /otra oficina/i }, waitForEnd]);
  const queue = await theQueue();
  await until(async () => (await client.queues(queue.sid).fetch()).currentSize || undefined);
  const member = await client
    .queues(queue.sid)
    .members('Front')
    .update({ url: `${rig.application.url}/elsewhere` });
  assert.equal(member.callSid, await customer.started);
  assert.deepEqual((await customer.done).failures, []);
  const result = await until(() => left().find(({ QueueSid }) => QueueSid === queue.sid));
  assert.equal(result.QueueResult, 'redirected');
  assert.deepEqual(
    await refusal(client.queues(queue.sid).members('Front').update({ url: 'https://a.example' })),
    [404, 20_404],
  );
  assert.equal(await client.queues(queue.sid).remove(), true);
});

test('dialling a queue waits for a call that comes, or ends without an answer', async () => {
  answerCalls(enqueueVerb('waitUrl=""'));
  await client.queues.create({ friendlyName: name, maxSize: 5 });
  const agent = call(AGENT, [{ do: 'wait', ms: 800 }, { do: 'say', text: 'Dígame' }, waitForEnd]);
  await until(() => rig.application.requestsTo('/voice').at(0));
  const customer = call(CALLER, [
    { do: 'wait-for-speech', matching: /dígame/i },
    { do: 'hang-up' },
  ]);
  assert.deepEqual((await customer.done).failures, []);
  await agent.done;
  assert.equal(rig.application.requestsTo('/after')[0]?.params.DialCallStatus, 'completed');
  rig.application.requests.length = 0;
  rig.application.document(
    '/voice',
    `<Dial action="/after" timeout="1"><Queue>${name}</Queue></Dial>`,
  );
  await call(AGENT, [waitForEnd]).done;
  assert.equal(rig.application.requestsTo('/after')[0]?.params.DialCallStatus, 'no-answer');
  rig.application.document('/voice', '<Dial action="/after"><Queue>nadie</Queue></Dial>');
  await call(AGENT, [waitForEnd]).done;
  assert.equal(rig.application.requestsTo('/after')[1]?.params.DialCallStatus, 'failed');
});

test('queues are created once, renamed, and must have a name', async () => {
  const queue = await client.queues.create({ friendlyName: name });
  assert.deepEqual([queue.maxSize, queue.currentSize], [1000, 0]);
  assert.deepEqual(await refusal(client.queues.create({ friendlyName: name })), [400, 22_003]);
  assert.deepEqual(
    await refusal(client.queues.create({ friendlyName: 'x'.repeat(65) })),
    [400, 20_002],
  );
  const updated = await client.queues(queue.sid).update({ friendlyName: `${name} b` });
  assert.equal(updated.friendlyName, `${name} b`);
});
