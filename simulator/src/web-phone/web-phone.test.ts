import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { AudioKind, MAX_MESSAGE_SIZE_BYTES } from './messages.ts';
import { VOICED_FRAME } from './testing/fake-network.ts';
import {
  connectPage,
  CONTROL_KEY,
  NUMBERS,
  startPhoneServer,
  type ConnectOptions,
  type PageSocket,
  type PhoneServer,
} from './testing/phone-server.ts';

const FROM = '+56912345678';
const TO = NUMBERS[0].phoneNumber;

/** What never comes fails a test instead of hanging it. Ms. */
const TIMEOUT_MS = 30_000;

describe('web phone', { timeout: TIMEOUT_MS }, () => {
  let server: PhoneServer;
  before(async () => {
    server = await startPhoneServer();
  });
  after(() => server.close());

  async function call(page: PageSocket, to: string = TO) {
    const placed = server.network.nextCall();
    page.send({ type: 'dial', from: FROM, to });
    return placed;
  }

  describe('page', () => {
    test('is served with the key, under a policy without inline scripts', async () => {
      const reply = await fetch(`${server.url}/phone?key=${encodeURIComponent(CONTROL_KEY)}`);
      assert.equal(reply.status, 200);
      const policy = reply.headers.get('content-security-policy') ?? '';
      assert.match(policy, /default-src 'none'/);
      assert.match(policy, /script-src 'self'(;|$)/);
      assert.doesNotMatch(policy, /unsafe/);
      assert.equal(reply.headers.get('referrer-policy'), 'no-referrer');
      const html = await reply.text();
      assert.doesNotMatch(html, /<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=/);
    });

    for (const [what, query] of [
      ['without a key', ''],
      ['with a wrong key', '?key=wrong'],
      ['with a key of the right length', `?key=${'x'.repeat(CONTROL_KEY.length)}`],
      ['with the key twice', `?key=${CONTROL_KEY}&key=${CONTROL_KEY}`],
    ] as const) {
      test(`is refused ${what}`, async () => {
        const reply = await fetch(`${server.url}/phone${query}`);
        assert.equal(reply.status, 403);
        assert.doesNotMatch(await reply.text(), /app\.js/);
      });
    }

    test('serves each file that it refers to', async () => {
      const reply = await fetch(`${server.url}/phone?key=${encodeURIComponent(CONTROL_KEY)}`);
      const files = [...(await reply.text()).matchAll(/(?:src|href)="(\/phone\/assets\/[^"]+)"/g)];
      assert.ok(files.length >= 4);
      for (const [, path] of files) {
        const file = await fetch(`${server.url}${path}`);
        assert.equal(file.status, 200, path);
        assert.equal(file.headers.get('x-content-type-options'), 'nosniff');
        await file.arrayBuffer();
      }
    });

    for (const path of ['no-such.js', '..%2fweb-phone.ts', 'tsconfig.json', '%00']) {
      test(`serves no other file: ${path}`, async () => {
        const reply = await fetch(`${server.url}/phone/assets/${path}`);
        assert.equal(reply.status, 404);
        await reply.arrayBuffer();
      });
    }
  });

  describe('socket', () => {
    const foreign: readonly (readonly [string, ConnectOptions, number])[] = [
      ['a wrong key', { key: 'wrong' }, 401],
      ['no key', { protocols: ['web-phone.v1'] }, 401],
      ['the origin of another site', { origin: 'https://attacker.example' }, 403],
      ['an origin that is no address', { origin: 'null' }, 403],
      ['no origin', { origin: null }, 403],
    ];
    for (const [what, options, status] of foreign) {
      test(`refuses ${what}`, async () => {
        await assert.rejects(connectPage(server, options), new RegExp(String(status)));
      });
    }

    test('refuses another port of the same host as origin', async () => {
      await assert.rejects(connectPage(server, { origin: 'http://127.0.0.1:1' }), /403/);
    });

    test('refuses more pages than it has room for', async () => {
      const small = await startPhoneServer({ maxSockets: 1 });
      try {
        const page = await connectPage(small);
        await assert.rejects(connectPage(small), /503/);
        await page.close();
      } finally {
        await small.close();
      }
    });

    test('offers the numbers and the voices first', async () => {
      const page = await connectPage(server);
      const ready = await page.see('ready');
      assert.deepEqual(ready.numbers, NUMBERS);
      assert.ok(ready.voices.length > 1);
      await page.close();
    });

    for (const [what, data, code] of [
      ['what is not JSON', '{"type":', 'malformed-message'],
      ['an unknown type', '{"type":"explode"}', 'invalid-message'],
      ['an unknown field', '{"type":"hang-up","now":true}', 'invalid-message'],
      ['no object', '[]', 'invalid-message'],
      [
        'a number that is not E.164',
        '{"type":"dial","from":"+56912345678","to":"123"}',
        'invalid-message',
      ],
      ['no digits', '{"type":"press","digits":"abc"}', 'invalid-message'],
      ['an unknown voice', '{"type":"say","text":"hola","voice":"xx"}', 'invalid-message'],
      ['nothing to say', '{"type":"say","text":"  ","voice":"es"}', 'invalid-message'],
      ['nothing that can be said', '{"type":"say","text":"?!","voice":"es"}', 'invalid-message'],
      [
        'too much to say',
        JSON.stringify({ type: 'say', text: 'a'.repeat(501), voice: 'es' }),
        'invalid-message',
      ],
    ] as const) {
      test(`refuses a message with ${what} and stays open`, async () => {
        const page = await connectPage(server);
        page.sendRaw(data);
        const error = await page.see('error');
        assert.equal(error.code, code);
        const placed = await call(page);
        assert.equal(placed.to, TO);
        await page.close();
        await placed.over;
      });
    }

    test('closes at a message that is too large', async () => {
      const page = await connectPage(server);
      page.sendRaw('a'.repeat(MAX_MESSAGE_SIZE_BYTES + 1));
      assert.equal(await page.closedWith(), 1009);
    });

    test('closes at a binary message', async () => {
      const page = await connectPage(server);
      page.sendRaw(new Uint8Array(160));
      assert.equal(await page.closedWith(), 1003);
    });

    test('refuses messages that come too fast, and closes when they go on', async () => {
      const page = await connectPage(server);
      for (let i = 0; i < 400; i += 1) page.send({ type: 'hang-up' });
      await page.see('error', ({ code }) => code === 'too-many-messages');
      assert.equal(await page.closedWith(), 1008);
    });
  });

  describe('call', () => {
    test('carries both directions and the turns', async () => {
      const page = await connectPage(server);
      const placed = await call(page);
      assert.equal(placed.from, FROM);
      placed.answer();
      await page.see('call', ({ state }) => state === 'answered');
      placed.agentSpeaks(200);
      page.send({ type: 'say', text: 'hola', voice: 'es' });
      await page.see('turn', ({ turn }) => turn.kind === 'caller' && turn.text === 'hola');
      page.send({ type: 'press', digits: '1#' });
      await page.see('turn', ({ turn }) => turn.kind === 'digits' && turn.text === '1#');
      assert.equal(placed.digits, '1#');
      assert.deepEqual(page.audio[0], Uint8Array.of(AudioKind.earpiece, ...VOICED_FRAME));
      page.send({ type: 'hang-up' });
      const ended = await page.see('call', ({ state }) => state === 'ended');
      assert.equal(ended.ending?.title, 'You hung up');
      await page.close();
    });

    test('is refused while one is on', async () => {
      const page = await connectPage(server);
      const placed = await call(page);
      page.send({ type: 'dial', from: FROM, to: TO });
      const error = await page.see('error');
      assert.equal(error.code, 'call-in-progress');
      await page.close();
      await placed.over;
    });

    test('to an unknown number ends with words for it', async () => {
      const page = await connectPage(server);
      const placed = await call(page, '+56999999999');
      placed.end({ status: 'failed', endedBy: 'network' });
      const ended = await page.see('call', ({ state }) => state === 'ended');
      assert.match(ended.ending?.title ?? '', /not in service/);
      await page.close();
    });

    test('ends when the socket closes', async () => {
      const page = await connectPage(server);
      const placed = await call(page);
      placed.answer();
      page.socket.terminate();
      await placed.over;
      assert.equal(placed.hungUp, true);
    });

    test('ends when the server closes', async () => {
      const other = await startPhoneServer();
      const page = await connectPage(other);
      const placing = other.network.nextCall();
      page.send({ type: 'dial', from: FROM, to: TO });
      const placed = await placing;
      await other.close();
      await placed.over;
      assert.equal(placed.hungUp, true);
    });
  });
});
