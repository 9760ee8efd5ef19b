import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { afterEach, beforeEach, test } from 'node:test';
import { WebSocket } from 'ws';
import type {
  ClaimedSession,
  ClaimedTranscription,
  SessionClaim,
  SessionRefusal,
  TranscriptionClaim,
  TranscriptionRefusal,
} from '../call/ports.ts';
import { silentLogger } from '../kernel/logger.ts';
import { acceptStream } from '../accept-stream.ts';
import { systemClock } from '../kernel/clock.ts';
import { noMetrics } from '../kernel/metrics.ts';
import { TrustedProxies } from './client-address.ts';
import type { MediaSocketOptions } from './media-socket.ts';
import { MediaSocket } from './media-socket.ts';

let server: Server;
let media: MediaSocket;
let room: boolean;
let refusals: string[];
let unauthenticated: number;
let claims: SessionClaim[];
let begun: ClaimedSession[];
let transcriptionClaims: TranscriptionClaim[];
let transcribing: ClaimedTranscription[];
let transcriptionAnswer: TranscriptionRefusal | ClaimedTranscription;
let answer: SessionRefusal | ClaimedSession;
let beginError: Error | undefined;
let clients: WebSocket[];
/** The first byte of each frame of the caller. */
let heard: (number | undefined)[];

const deafListener = {
  onAudio: () => undefined,
  onDtmf: () => undefined,
  onFirstPlayed: () => undefined,
  onItemPlayed: () => undefined,
  onEnded: () => undefined,
};

const session = { callId: 'call-1' } as ClaimedSession;
const transcription = { transcriptionId: 'transcription-1' } as ClaimedTranscription;

async function start(options: MediaSocketOptions = {}): Promise<void> {
  media = new MediaSocket(
    {
      verifySignature: (signature) => signature === 'good',
      accept: (socket) => acceptStream(socket, { clock: systemClock }),
      conversations: {
        gate: {
          claim: (claim) => {
            claims.push(claim);
            return Promise.resolve(answer);
          },
        },
        begin: (leg, claimed) => {
          if (beginError !== undefined) throw beginError;
          leg.attach({ ...deafListener, onAudio: (frame) => heard.push(frame[0]) });
          begun.push(claimed);
        },
      },
      transcriptions: {
        gate: {
          claim: (claim) => {
            transcriptionClaims.push(claim);
            return Promise.resolve(transcriptionAnswer);
          },
        },
        begin: (_leg, claimed) => {
          if (beginError !== undefined) throw beginError;
          transcribing.push(claimed);
        },
      },
      hasRoom: () => room,
      trustedProxies: new TrustedProxies('loopback'),
      metrics: {
        ...noMetrics,
        count: (_name, labels) => refusals.push(labels?.['reason'] ?? ''),
        gauge: (_name, value) => {
          unauthenticated = value;
        },
      },
      logger: silentLogger,
    },
    options,
  );
  media.attach(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
}

beforeEach(() => {
  server = createServer();
  [refusals, claims, begun, clients, heard] = [[], [], [], [], []];
  [transcriptionClaims, transcribing] = [[], []];
  transcriptionAnswer = transcription;
  room = true;
  unauthenticated = 0;
  answer = session;
  beginError = undefined;
});
afterEach(async () => {
  for (const client of clients) client.terminate();
  // What the server still tells of them must not be taken for the next test's.
  await until(() => unauthenticated === 0);
  media.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const port = (): number => (server.address() as AddressInfo).port;

/** @returns the open socket, or the status that it was refused with */
function open(
  more: { path?: string; signature?: string | null; from?: string } = {},
): Promise<WebSocket | number> {
  const { path = '/twilio/media', signature = 'good', from = '54.1.2.3' } = more;
  const client = new WebSocket(`ws://127.0.0.1:${String(port())}${path}`, {
    headers: {
      'x-forwarded-for': from,
      ...(signature !== null && { 'x-twilio-signature': signature }),
    },
  });
  clients.push(client);
  return new Promise((resolve, reject) => {
    client.on('open', () => resolve(client));
    client.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
    client.on('error', reject);
  });
}

async function opened(more: Parameters<typeof open>[0] = {}): Promise<WebSocket> {
  const socket = await open(more);
  assert.ok(socket instanceof WebSocket);
  return socket;
}

/** What Twilio sends first. */
function startStream(socket: WebSocket, customParameters: Record<string, string>): void {
  const mediaFormat = { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 };
  const ids = { accountSid: 'AC1', streamSid: 'MZ1', callSid: 'CA1' };
  socket.send(JSON.stringify({ event: 'connected', protocol: 'Call', version: '1.0.0' }));
  socket.send(
    JSON.stringify({
      event: 'start',
      sequenceNumber: '1',
      streamSid: 'MZ1',
      start: { ...ids, tracks: ['inbound'], mediaFormat, customParameters },
    }),
  );
}

const token = { sessionId: 'session-1', token: 'token-1' };

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

test('begins the conversation of a stream that shows a valid token', async () => {
  await start();
  startStream(await opened(), token);
  await until(() => begun.length === 1);
  assert.deepEqual(claims, [
    { sessionId: 'session-1', token: 'token-1', callSid: 'CA1', streamSid: 'MZ1' },
  ]);
  await until(() => unauthenticated === 0);
  assert.deepEqual(refusals, []);
});

test('refuses who cannot sign, before anything else', async () => {
  await start();
  room = false;
  assert.equal(await open({ signature: null }), 403);
  assert.equal(await open({ signature: 'bad' }), 403);
  assert.deepEqual(refusals, ['signature', 'signature']);
});

test('has one path, without parameters', async () => {
  await start();
  for (const path of ['/', '/twilio/media?x=1', '/twilio/media/', '/twilio/other']) {
    assert.equal(await open({ path }), 404, path);
  }
});

test('refuses a stream that there is no room for', async () => {
  await start();
  room = false;
  assert.equal(await open(), 503);
});

test('bounds the sockets that have not shown a token, and gives a place free again', async () => {
  await start({ maxUnauthenticated: 2, maxUnauthenticatedPerAddress: 2 });
  const first = await opened();
  await opened();
  assert.equal(await open(), 429);
  startStream(first, token);
  await until(() => begun.length === 1 && unauthenticated === 1);
  const third = await opened();
  third.close();
  await until(() => unauthenticated === 1);
  await opened();
});

test('one address cannot take every place', async () => {
  await start({ maxUnauthenticated: 4 });
  await opened({ from: '54.1.1.1' });
  await opened({ from: '54.1.1.1' });
  assert.equal(await open({ from: '54.1.1.1' }), 429);
  await opened({ from: '54.2.2.2' });
});

test('closes a stream whose token is refused as against the rules', async () => {
  await start();
  answer = { refused: 'expired' };
  const socket = await opened();
  startStream(socket, token);
  const [code] = (await once(socket, 'close')) as [number];
  assert.equal(code, 1008);
  assert.deepEqual([refusals, begun.length, unauthenticated], [['expired'], 0, 0]);
});

test('a message that is too long, or no text at all, ends no call', async () => {
  await start();
  const socket = await opened();
  startStream(socket, token);
  socket.send(JSON.stringify({ event: 'dtmf', padding: 'x'.repeat(70_000) }));
  socket.send(Buffer.from([0xff, 0xfe, 0xfd]), { binary: false });
  socket.send(Buffer.from([1]));
  const payload = Buffer.alloc(160, 0x35).toString('base64');
  const media = { track: 'inbound', chunk: '1', timestamp: '0', payload };
  socket.send(JSON.stringify({ event: 'media', sequenceNumber: '2', streamSid: 'MZ1', media }));
  await until(() => heard.length > 0);
  assert.deepEqual(heard, [0x35]);
});

test('closes a stream whose conversation cannot begin', async () => {
  await start();
  beginError = new Error('no such agent');
  const socket = await opened();
  startStream(socket, token);
  await once(socket, 'close');
  assert.deepEqual([refusals, begun.length], [['cannot-begin'], 0]);
});

test('closes a stream that never starts properly', async () => {
  await start();
  const nonsense = await opened();
  nonsense.send('nonsense');
  await once(nonsense, 'close');
  const tokenless = await opened();
  startStream(tokenless, { sessionId: 'session-1' });
  await once(tokenless, 'close');
  await until(() => unauthenticated === 0);
  assert.deepEqual([refusals, claims.length], [['bad-json', 'missing-parameters'], 0]);
});

test('a handshake that breaks off gives its place free', async () => {
  await start();
  const socket = connect(port(), '127.0.0.1');
  // No Sec-WebSocket-Key: `ws` answers 400 by itself.
  socket.write(
    'GET /twilio/media HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
      'X-Twilio-Signature: good\r\n\r\n',
  );
  const [reply] = (await once(socket, 'data')) as [Buffer];
  assert.match(reply.toString(), /^HTTP\/1.1 400/);
  socket.destroy();
  await until(() => unauthenticated === 0);
});

test('a stream for a transcription is claimed with its tracks, and written down', async () => {
  await start();
  const socket = await opened();
  startStream(socket, { transcriptionId: 'transcription-1', token: 'token-2' });
  await until(() => transcribing.length === 1);
  assert.deepEqual(transcriptionClaims, [
    {
      transcriptionId: 'transcription-1',
      token: 'token-2',
      callSid: 'CA1',
      streamSid: 'MZ1',
      tracks: ['inbound'],
    },
  ]);
  assert.deepEqual([claims, begun], [[], []]);
});

test('a stream whose token is no good for a transcription is closed as against the rules', async () => {
  await start();
  transcriptionAnswer = { refused: 'wrong-tracks' };
  const socket = await opened();
  startStream(socket, { transcriptionId: 'transcription-1', token: 'token-2' });
  const [code] = (await once(socket, 'close')) as [number];
  assert.equal(code, 1008);
  assert.deepEqual(refusals, ['wrong-tracks']);
  assert.deepEqual(transcribing, []);
});

test('a transcription that cannot begin frees its socket', async () => {
  await start();
  beginError = new Error('no voice activity');
  const socket = await opened();
  startStream(socket, { transcriptionId: 'transcription-1', token: 'token-2' });
  await once(socket, 'close');
  assert.deepEqual(refusals, ['cannot-begin']);
});

test('a stream without an id is refused, whatever its token', async () => {
  await start();
  const socket = await opened();
  startStream(socket, { token: 'token-2' });
  const [code] = (await once(socket, 'close')) as [number];
  assert.equal(code, 1008);
  assert.deepEqual([claims, transcriptionClaims], [[], []]);
});
