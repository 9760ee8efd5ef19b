import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { generate } from 'selfsigned';
import { startSimulator, type Simulator } from 'simulator';

/*
 * The doctor as an operator runs it: a process of its own, with the environment of the sidecar, against
 * Twilio and OpenAI as the simulator speaks for them.
 */

const accountSid = `AC${'d'.repeat(32)}`;
const authToken = 'a-token-of-the-doctors-tests';
const openAiApiKey = 'sk-a-key-of-the-doctors-tests';
const numbers = ['+56221234501', '+56221234502'];
const openAiProjectId = 'proj_ofthedoctorstests';

/** An account whose only number is on a trunk. */
function onTrunk(letter: string, phoneNumber: string, sipUrl: string) {
  const trunkSid = `TK${letter.repeat(32)}`;
  // With the others, which are newer, more than a page.
  const others = Array.from({ length: 100 }, (_, index) => ({
    sipUrl: `sip:pbx-${String(index)}.example.com`,
    enabled: false,
  }));
  return {
    accountSid: `AC${letter.repeat(32)}`,
    authToken,
    numbers: [{ phoneNumber, trunkSid }],
    trunks: [{ sid: trunkSid, originationUrls: [{ sipUrl }, ...others] }],
  };
}
const projectTrunk = onTrunk('a', '+56221234503', `sip:${openAiProjectId}@localhost;transport=tls`);
const pbxTrunk = onTrunk('b', '+56221234504', 'sip:pbx.example.com');

let dir: string;
let simulator: Simulator;
let environment: Readonly<Record<string, string>>;
const health = { status: 200 };
const undo = new AsyncDisposableStack();

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'doctor-test-'));
  undo.defer(() => rm(dir, { recursive: true }));
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }], {
    keySize: 2048,
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] },
    ],
  });
  const caFile = join(dir, 'ca.pem');
  await writeFile(caFile, cert);
  const [answered = '', silent = ''] = numbers;
  simulator = await startSimulator({
    port: 0,
    grpcPort: 0,
    grpcTls: { certPem: cert, keyPem: key },
    openAiTls: { certPem: cert, keyPem: key },
    accounts: [
      {
        accountSid,
        authToken,
        numbers: [
          { phoneNumber: answered, voiceUrl: 'https://n8n.example.com/webhook/1' },
          { phoneNumber: silent, voiceUrl: 'https://n8n.example.com/webhook/2' },
        ],
      },
      projectTrunk,
      pbxTrunk,
    ],
    googleApiKey: 'a-google-key-of-tests',
    geminiApiKey: 'a-gemini-key-of-tests',
    openAiApiKey,
    openAiProjectId,
    controlKey: 'a-control-key-of-tests',
  });
  undo.defer(() => simulator.close());
  const front = createServer({ cert, key }, (_request, response) => {
    response.writeHead(health.status).end('{}');
  });
  await once(front.listen(0, 'localhost'), 'listening');
  undo.defer(() => void front.close());
  const { port } = front.address() as AddressInfo;
  environment = {
    PUBLIC_URL: `https://localhost:${String(port)}`,
    ENCRYPTION_KEY: Buffer.alloc(32, 1).toString('base64'),
    TWILIO_ACCOUNT_SID: accountSid,
    TWILIO_AUTH_TOKEN: authToken,
    TWILIO_API_URL: simulator.url,
    OPENAI_API_KEY: openAiApiKey,
    OPENAI_BASE_URL: simulator.openai.baseUrl.replace('127.0.0.1', 'localhost'),
    OPENAI_CA_FILE: caFile,
    OPENAI_PROJECT_ID: openAiProjectId,
    // Nothing listens there: a firewall may keep SIP inside, so that is no problem.
    OPENAI_SIP_HOST: 'localhost',
  };
});
after(() => undo.disposeAsync());

const main = new URL('../../media-sidecar/src/doctor/main.ts', import.meta.url).pathname;

async function doctor(
  changes: Readonly<Record<string, string>> = {},
): Promise<{ code: number; said: string; complained: string }> {
  const env = { PATH: process.env['PATH'], ...environment, ...changes };
  const child = spawn(process.execPath, [main], { env, cwd: dir });
  let said = '';
  let complained = '';
  child.stdout.on('data', (part: Buffer) => (said += part.toString()));
  child.stderr.on('data', (part: Buffer) => (complained += part.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { code, said, complained };
}

test('a healthy installation: 0, and what to set where', async () => {
  const { code, said, complained } = await doctor();
  assert.equal(code, 0, said + complained);
  assert.doesNotMatch(said, /PROBLEM/);
  for (const expected of [
    /ok +the sidecar answers at https:\/\/localhost/,
    /ok +OpenAI takes the key/,
    new RegExp(`ok +the key belongs to ${openAiProjectId}`),
    /ok +the project may use gpt-realtime-2\.1/,
    /ok +\+56221234501 is answered by n8n\.example\.com/,
    /ok +\+56221234502 is answered by n8n\.example\.com/,
    /\? +localhost:5061 cannot be reached from here/,
    new RegExp(`sip:${openAiProjectId}@localhost;transport=tls`),
  ]) {
    assert.match(said, expected);
  }
  assert.doesNotMatch(said, new RegExp(`${openAiApiKey}|${authToken}`));
});

test('it changes nothing: all that it sends are GETs', async () => {
  const before = simulator.requests.list().length;
  await doctor();
  const asked = simulator.requests.list().slice(before);
  assert.ok(asked.length > 0);
  assert.deepEqual([...new Set(asked.map(({ method }) => method))], ['GET']);
});

const problems: Record<string, [changes: Readonly<Record<string, string>>, problem: RegExp]> = {
  'a foreign project': [
    { OPENAI_PROJECT_ID: 'proj_another' },
    /PROBLEM +the key does not belong to OPENAI_PROJECT_ID/,
  ],
  'a wrong key': [{ OPENAI_API_KEY: 'sk-wrong' }, /PROBLEM +OpenAI refuses the key/],
  'a model that there is not': [
    { OPENAI_REALTIME_MODEL: 'gpt-realtime-99' },
    /PROBLEM +the project may not use gpt-realtime-99/,
  ],
  'a retired model': [
    { OPENAI_REALTIME_MODEL: 'gpt-realtime' },
    /PROBLEM +the realtime model gpt-realtime is retired: use gpt-realtime-2\.1/,
  ],
  'a wrong token of Twilio': [
    { TWILIO_AUTH_TOKEN: 'wrong' },
    /PROBLEM +Twilio refuses the account/,
  ],
  'a number on a trunk to a PBX': [
    { TWILIO_ACCOUNT_SID: pbxTrunk.accountSid },
    /PROBLEM +\+56221234504 goes to the SIP trunk TKb+, which leads to sip:pbx\.example\.com\n +Let the trunk's origination URI be sip:proj_ofthedoctorstests@localhost;transport=tls/,
  ],
  'nobody at the public address': [
    { PUBLIC_URL: 'https://localhost:1' },
    /PROBLEM +https:\/\/localhost:1\/health does not answer \(ECONNREFUSED\)/,
  ],
};
for (const [what, [changes, problem]] of Object.entries(problems)) {
  test(`${what}: 1, and what to do about it`, async () => {
    const { code, said, complained } = await doctor(changes);
    assert.equal(code, 1, said + complained);
    assert.match(said, problem);
    assert.equal(said.match(/PROBLEM/g)?.length, 1, said);
    assert.equal(complained, '');
  });
}

test('no project: 0, as calls over SIP are a choice', async () => {
  const { code, said, complained } = await doctor({ OPENAI_PROJECT_ID: '' });
  assert.equal(code, 0, said + complained);
  assert.match(said, /\? +OPENAI_PROJECT_ID is not set: no calls over SIP\n +For SIP, set it/);
});

test('a number on a trunk to the project: 0', async () => {
  const { code, said, complained } = await doctor({ TWILIO_ACCOUNT_SID: projectTrunk.accountSid });
  assert.equal(code, 0, said + complained);
  assert.match(
    said,
    /ok +\+56221234503 goes to the SIP trunk TKa+, which leads to the OpenAI project/,
  );
});

test('a trunk that Twilio does not tell of: 0, and where to look', async () => {
  simulator.faults.set({ twilio: { failNext: { status: 503, path: '/v1/Trunks', count: 1 } } });
  try {
    const { code, said, complained } = await doctor({ TWILIO_ACCOUNT_SID: pbxTrunk.accountSid });
    assert.equal(code, 0, said + complained);
    assert.match(
      said,
      /\? +\+56221234504 goes to the SIP trunk TKb+, and where that leads is not told: Twilio answered 503\n +Look at the trunk/,
    );
  } finally {
    simulator.faults.reset();
  }
});

test('a sidecar that is reached and not well: 1', async () => {
  health.status = 502;
  try {
    const { code, said } = await doctor();
    assert.equal(code, 1);
    assert.match(said, /PROBLEM +https:\/\/localhost:\d+\/health answers 502/);
  } finally {
    health.status = 200;
  }
});

test('a configuration that is wrong: 2, and the variable', async () => {
  for (const [variable, value] of [
    ['PUBLIC_URL', 'no address'],
    ['OPENAI_PROJECT_ID', 'project'],
    ['OPENAI_CA_FILE', join('nowhere', 'ca.pem')],
  ] as const) {
    const { code, said, complained } = await doctor({ [variable]: value });
    assert.deepEqual([code, said], [2, ''], complained);
    assert.match(complained, new RegExp(`${variable}: `));
    assert.doesNotMatch(complained, /at async|\.ts:/, 'no stack');
  }
});
