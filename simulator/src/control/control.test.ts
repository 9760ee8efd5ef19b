import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { after, before, test } from 'node:test';
import {
  ACCOUNT_SID,
  AUTH_TOKEN,
  CALLER,
  CONTROL_KEY,
  NUMBER,
  startRig,
  type Rig,
} from '../twilio/testing/rig.ts';

let rig: Rig;
before(async () => {
  rig = await startRig();
});
after(() => rig.close());

async function ask(
  method: string,
  path: string,
  body?: unknown,
  key = CONTROL_KEY,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const reply = await fetch(`${rig.simulator.url}/sim/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await reply.text();
  return { status: reply.status, body: text === '' ? {} : JSON.parse(text) };
}

test('opens for the control key only', async () => {
  assert.equal((await ask('GET', '/calls', undefined, 'wrong')).status, 401);
  assert.equal((await ask('GET', '/calls')).status, 200);
});

test('starts a caller, shows the call with its events, and gives the report', async () => {
  rig.application.document('/voice', '<Say language="es-MX">Hola</Say><Pause length="1"/>');
  const started = await ask('POST', '/callers', {
    from: CALLER,
    to: NUMBER,
    script: [{ do: 'wait-for-speech', matching: 'HOLA' }, { do: 'wait-for-end' }],
  });
  assert.equal(started.status, 201);
  const { id, callSid } = started.body as { id: string; callSid: string };
  const { body } = await ask('GET', `/callers/${id}?waitMs=20000`);
  assert.equal(body.state, 'done');
  assert.deepEqual((body.report as { failures: unknown }).failures, []);
  const call = await ask('GET', `/calls/${callSid}`);
  const types = (call.body.events as { type: string }[]).map(({ type }) => type);
  assert.ok(types.includes('request') && types.includes('verb'));
  const { body: ended } = await ask('GET', '/calls?active=false');
  assert.ok((ended.data as { callSid: string }[]).some((one) => one.callSid === callSid));
});

test('hangs a caller up, and ends a call', async () => {
  rig.application.document('/voice', '<Pause length="60"/>');
  const script = [{ do: 'wait-for-end' }];
  const first = await ask('POST', '/callers', { from: CALLER, to: NUMBER, script });
  assert.equal((await ask('DELETE', `/callers/${String(first.body.id)}`)).status, 204);
  const second = await ask('POST', '/callers', { from: CALLER, to: NUMBER, script });
  const sid = String(second.body.callSid);
  assert.equal((await ask('POST', `/calls/${sid}/gaps`, { durationMs: 100 })).status, 204);
  assert.equal((await ask('DELETE', `/calls/${sid}`)).status, 204);
  const done = await ask('GET', `/callers/${sid}?waitMs=10000`);
  assert.equal((done.body.report as { endedBy: string }).endedBy, 'network');
});

test('adds numbers and telephones', async () => {
  const number = { accountSid: ACCOUNT_SID, phoneNumber: '+56221110000' };
  assert.equal((await ask('POST', '/numbers', number)).status, 201);
  assert.equal((await ask('POST', '/numbers', number)).status, 409);
  const listed = (await ask('GET', '/numbers')).body.data as { phoneNumber: string }[];
  assert.ok(listed.some(({ phoneNumber }) => phoneNumber === '+56221110000'));
  assert.equal((await ask('PUT', '/telephones/+56911110000', { does: 'busy' })).status, 204);
  assert.deepEqual((await ask('GET', '/telephones/+56911110000')).body, { calls: [], reports: [] });
  assert.equal((await ask('DELETE', '/telephones/+56911110000')).status, 204);
  assert.equal((await ask('GET', '/telephones/+56911110000')).status, 404);
});

test('sets faults and puts them back', async () => {
  const set = await ask('PATCH', '/faults', { gemini: { stallMs: 5 } });
  assert.equal((set.body.gemini as { stallMs: number }).stallMs, 5);
  assert.equal(rig.simulator.faults.current.gemini.stallMs, 5);
  await ask('DELETE', '/faults');
  assert.equal(rig.simulator.faults.current.gemini.stallMs, 0);
});

test('a process is told at which phase the next socket dies, and what canned answers were', async () => {
  for (const phase of [
    'idle',
    'caller-speaking',
    'thinking',
    'first-audio',
    'mid-audio',
    'all-audio-sent',
    'tool-running',
  ]) {
    const killNext = { phase, how: 'close' };
    const { status, body } = await ask('PATCH', '/faults', { openAiRealtime: { killNext } });
    assert.equal(status, 200);
    const set = (body.openAiRealtime as { killNext: object }).killNext;
    assert.deepEqual(set, { phase, how: 'close', code: 1011, delayMs: 0, skip: 0, count: 1 });
  }
  const canned = { answerMs: 2000, deltaMs: 100, allAtOnce: true };
  await ask('PATCH', '/faults', { openAiRealtime: { killNext: null, canned } });
  assert.equal(rig.simulator.faults.current.openAiRealtime.canned?.realTimeFactor, 10);
  assert.deepEqual((await ask('GET', '/openai/realtime/canned')).body, { answers: [], heard: [] });
  assert.equal((await ask('DELETE', '/openai/realtime/canned')).status, 204);
  await ask('DELETE', '/faults');
});

test('takes the scripts of both language models', async () => {
  for (const service of ['gemini', 'openai'])
    assert.equal(
      (await ask('PUT', `/${service}/script`, [{ reply: 'Hola' }])).status,
      204,
      service,
    );
});

for (const [what, method, path, body, status] of [
  ['an unknown step', 'POST', '/callers', { from: CALLER, to: NUMBER, script: [{ do: 'x' }] }, 400],
  [
    'a voice nobody has',
    'POST',
    '/callers',
    { from: CALLER, to: NUMBER, voice: 'xx', script: [{ do: 'say', text: 'a' }] },
    400,
  ],
  ['no body', 'POST', '/callers', undefined, 400],
  ['an impossible script', 'PUT', '/openai/script', [{ reply: 5 }], 400],
  ['an impossible fault', 'PATCH', '/faults', { gemini: { stallMs: -1 } }, 400],
  [
    'an unknown account',
    'POST',
    '/numbers',
    { accountSid: 'AC0', phoneNumber: '+56220000000' },
    404,
  ],
  ['a telephone without a number', 'PUT', '/telephones/me', { does: 'busy' }, 400],
  ['an unknown call', 'GET', '/calls/CA0', undefined, 404],
  ['an unknown caller', 'GET', '/callers/CA0', undefined, 404],
  ['a filter that is none', 'GET', '/calls?active=maybe', undefined, 400],
] as const)
  test(`refuses ${what} with ${status}`, async () => {
    const reply = await ask(method, path, body);
    assert.equal(reply.status, status);
    assert.ok((reply.body.error as { code: string }).code);
  });

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));

async function run(
  config: unknown,
): Promise<{ line: string | undefined; stop(): Promise<number>; errors: string[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'simulator-'));
  const file = join(folder, 'config.json');
  await writeFile(file, JSON.stringify(config));
  const child = spawn(process.execPath, [MAIN, '--config', file], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const errors: string[] = [];
  createInterface(child.stderr).on('line', (line) => errors.push(line));
  const exited = once(child, 'exit') as Promise<[number]>;
  const lines = createInterface(child.stdout);
  const [line] = (await Promise.race([once(lines, 'line'), exited.then(() => [])])) as string[];
  return {
    line,
    errors,
    stop: async () => {
      child.kill('SIGTERM');
      const [code] = await exited;
      await rm(folder, { recursive: true });
      return code;
    },
  };
}

test('as a process, prints its addresses when ready and ends on SIGTERM', async () => {
  const { line, stop } = await run({
    port: 0,
    grpcPort: 0,
    accounts: [{ accountSid: ACCOUNT_SID, authToken: AUTH_TOKEN }],
    googleApiKey: 'google-key-of-tests',
    geminiApiKey: 'gemini-key-of-tests',
    controlKey: CONTROL_KEY,
  });
  const { url } = JSON.parse(line ?? '{}') as { url: string };
  const reply = await fetch(`${url}/sim/v1/numbers`, {
    headers: { authorization: `Bearer ${CONTROL_KEY}` },
  });
  assert.deepEqual(await reply.json(), { data: [] });
  assert.equal(await stop(), 0);
});

test('as a process, names the settings that are wrong, without their values', async () => {
  const { line, stop, errors } = await run({ port: 'secret-port', accounts: [] });
  assert.equal(line, undefined);
  assert.equal(await stop(), 1);
  assert.ok(errors.some((error) => error.startsWith('port:')));
  assert.ok(errors.every((error) => !error.includes('secret-port')));
});
