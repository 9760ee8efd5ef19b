import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { generate } from 'selfsigned';
import { startSimulator, type CallerReport, type Simulator } from 'simulator';
import { WebSocketServer, type WebSocket } from 'ws';
import { levelDbfs } from '../../media-sidecar/src/audio/level.ts';
import { voice } from '../../media-sidecar/src/audio/testing/signals.ts';
import { systemClock } from '../../media-sidecar/src/kernel/clock.ts';
import {
  acceptMediaStream,
  type AcceptedStream,
} from '../../media-sidecar/src/telephony/twilio/accept.ts';
import { isSignedUpgrade } from '../../media-sidecar/src/telephony/twilio/signature.ts';

const accountSid = `AC${'1'.repeat(32)}`;
const authToken = 'b'.repeat(32);
const from = '+56912345678';
const to = '+56221234567';

type Script = Parameters<Simulator['dial']>[0]['script'];

type Conversation = Extract<AcceptedStream, { readonly kind: 'conversation' }>;

interface Call extends Conversation {
  readonly isSigned: boolean;
  readonly report: Promise<CallerReport>;
  /** What the listener was told, but for audio. */
  readonly events: string[];
  /** Resolves with the event that begins so, also when it was told already. */
  until(prefix: string): Promise<string>;
  /** How many frames were louder than a silent line. */
  loudFrames(): number;
}

describe('a media stream of the simulated network', () => {
  let simulator: Simulator;
  let webhooks: Server;
  const tls = { server: undefined as Server | undefined, port: 0 };
  const sockets = new WebSocketServer({ noServer: true });

  before(async () => {
    const certificate = await generate([{ name: 'commonName', value: 'localhost' }], {
      keySize: 2048,
      extensions: [
        { name: 'basicConstraints', cA: true },
        { name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] },
      ],
    });
    tls.server = createTlsServer({ cert: certificate.cert, key: certificate.private });
    tls.server.on('upgrade', (request, socket, head) =>
      sockets.handleUpgrade(request, socket, head, (upgraded) =>
        sockets.emit('connection', upgraded, request),
      ),
    );
    tls.port = await listen(tls.server);
    webhooks = createServer((_, response) =>
      response
        .setHeader('content-type', 'text/xml')
        .end(
          `<Response><Connect><Stream url="wss://localhost:${tls.port}/twilio/media">` +
            '<Parameter name="sessionId" value="s1"/><Parameter name="token" value="t1"/>' +
            '</Stream></Connect></Response>',
        ),
    );
    const port = await listen(webhooks);
    simulator = await startSimulator({
      port: 0,
      grpcPort: 0,
      trustedCaPem: certificate.cert,
      accounts: [
        {
          accountSid,
          authToken,
          numbers: [{ phoneNumber: to, voiceUrl: `http://127.0.0.1:${port}/` }],
        },
      ],
      googleApiKey: 'a-google-key-of-tests',
      geminiApiKey: 'a-gemini-key-of-tests',
      controlKey: 'a-control-key-of-tests',
    });
  });
  after(async () => {
    await simulator.close();
    for (const socket of sockets.clients) socket.terminate();
    tls.server?.close();
    webhooks.close();
  });

  async function call(script: Script): Promise<Call> {
    const connecting = once(sockets, 'connection');
    const { done: report } = simulator.dial({ from, to, script });
    const [socket, request] = (await connecting) as [
      WebSocket,
      { headers: Record<string, string | undefined> },
    ];
    const accepting = acceptMediaStream(socket, { clock: systemClock, accountSid });
    const isSigned = isSignedUpgrade({
      authToken,
      signature: request.headers['x-twilio-signature'],
      url: `wss://localhost:${tls.port}/twilio/media`,
    });
    const accepted = await accepting;
    assert.equal(accepted.kind, 'conversation');
    const events: string[] = [];
    const waiting: (() => void)[] = [];
    let loud = 0;
    const tell = (event: string) => {
      events.push(event);
      for (const wakeUp of waiting.splice(0)) wakeUp();
    };
    accepted.leg.attach({
      onAudio: (frame) => (loud += levelDbfs(frame) > -45 ? 1 : 0),
      onDtmf: (digit) => tell(`dtmf ${digit}`),
      onFirstPlayed: (itemId) => tell(`first ${itemId}`),
      onItemPlayed: (itemId) => tell(`played ${itemId}`),
      onEnded: (reason) => tell(`ended ${reason}`),
    });
    const until = async (prefix: string): Promise<string> => {
      for (;;) {
        const found = events.find((event) => event.startsWith(prefix));
        if (found !== undefined) return found;
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
    };
    return { ...accepted, isSigned, report, events, until, loudFrames: () => loud };
  }

  it('is signed, begins in order, carries speech and keys, and ends when the caller hangs up', async () => {
    const { isSigned, start, leg, until, events, report, loudFrames } = await call([
      { do: 'say', text: 'Buenas tardes, quiero una hora.' },
      { do: 'press', digits: '5#' },
      { do: 'wait', ms: 300 },
      { do: 'hang-up' },
    ]);
    assert.equal(isSigned, true);
    assert.equal(start.customParameters['token'], 't1');
    assert.equal(await until('ended'), 'ended caller-hung-up');
    assert.deepEqual(events, ['dtmf 5', 'dtmf #', 'ended caller-hung-up']);
    assert.deepEqual((await report).failures, []);
    const { framesReceived, framesLost, protocolErrors, unknownEvents } = leg.counters();
    assert.ok(framesReceived > 80, `${framesReceived} frames`);
    assert.ok(loudFrames() > 30, `${loudFrames()} loud frames`);
    assert.deepEqual([framesLost, protocolErrors, unknownEvents], [0, 0, 0]);
  });

  it('plays items to their end, and tells so by marks', async () => {
    const { leg, until, events, report } = await call([{ do: 'wait-for-end', timeoutMs: 30_000 }]);
    leg.play('a', voice(600));
    leg.play('b', voice(400));
    leg.finishItem('a');
    leg.finishItem('b');
    await until('played b');
    assert.deepEqual(events, ['first a', 'played a', 'first b', 'played b']);
    assert.deepEqual([leg.heardMs('a'), leg.heardMs('b')], [600, 400]);
    assert.equal(leg.counters().marksMissing, 0);
    leg.close();
    assert.equal(await until('ended'), 'ended closed-by-us');
    const { frames } = await report;
    assert.equal(frames.underruns, 0);
  });

  it('stops at a clear, and the marks that come back prove nothing', async () => {
    const { leg, until, events, report } = await call([{ do: 'wait-for-end', timeoutMs: 30_000 }]);
    leg.play('a', voice(8000));
    leg.finishItem('a');
    await until('first a');
    await new Promise<void>((resolve) => systemClock.schedule(1000, resolve));
    const [heard] = leg.clear();
    assert.equal(heard?.queuedMs, 8000);
    assert.ok(heard.heardMs > 900 && heard.heardMs < 4000, `${heard.heardMs} ms heard`);
    leg.play('b', voice(200));
    leg.finishItem('b');
    await until('played b');
    assert.deepEqual(events, ['first a', 'first b', 'played b']);
    assert.equal(leg.heardMs('a'), heard.heardMs);
    leg.close();
    assert.equal((await report).clearsAtMs.length, 1);
  });
});

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
