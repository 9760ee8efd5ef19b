import assert from 'node:assert/strict';
import { before, beforeEach, test } from 'node:test';
import type { TranscriptionClaim } from '../../call/ports.ts';
import { onEachDatabase } from '../../db/testing/test-database.ts';
import type { Api, Reply, TestTenant } from '../testing/api-fixture.ts';
import { refused, startApi, tenantWithKey } from '../testing/api-fixture.ts';

const callSid = `CA${'a'.repeat(32)}`;
const streamSid = `MZ${'b'.repeat(32)}`;

onEachDatabase('the API of live transcriptions', (database) => {
  let api: Api;
  let andes: TestTenant;
  let maipo: TestTenant;

  before(async () => {
    api = await startApi(database());
    andes = await tenantWithKey(api, 'transcriptions-andes');
    maipo = await tenantWithKey(api, 'transcriptions-maipo');
  });
  beforeEach(() => {
    api.admission = 'open';
    api.stopped.length = 0;
  });

  const ask = (body: object = {}, key?: string): Promise<Reply> =>
    api.call('POST', '/v1/transcriptions', { callSid, ...body }, key ?? andes.key);
  const claimOf = ({ json }: Reply, more: Partial<TranscriptionClaim> = {}) =>
    api.transcriptionGate.claim({
      transcriptionId: String(json['transcriptionId']),
      token: String(json['token']),
      callSid,
      streamSid,
      tracks: ['inbound', 'outbound'],
      ...more,
    });
  const get = async ({ json }: Reply, key = andes.key) =>
    (await api.call('GET', `/v1/transcriptions/${String(json['transcriptionId'])}`, undefined, key))
      .json;

  test('gives a stream its address and a token that works once', async () => {
    const ticket = await ask({ phrases: ['Automotora Andes'], language: 'es-419' });
    assert.equal(ticket.status, 201);
    const { streamUrl, streamStatusUrl, track } = ticket.json;
    assert.deepEqual(
      [streamUrl, streamStatusUrl, track],
      [
        'wss://voice.example.com/twilio/media',
        'https://voice.example.com/twilio/stream-status',
        'both_tracks',
      ],
    );
    assert.ok(Date.parse(String(ticket.json['expiresAt'])) > Date.now() + 100_000);

    assert.deepEqual(await claimOf(ticket, { token: 'guess' }), { refused: 'unknown' });
    assert.deepEqual(await claimOf(ticket, { transcriptionId: 'x' }), { refused: 'unknown' });
    const otherCall = { callSid: `CA${'c'.repeat(32)}` };
    assert.deepEqual(await claimOf(ticket, otherCall), { refused: 'wrong-call' });
    assert.deepEqual(await claimOf(ticket, { tracks: ['inbound'] }), { refused: 'wrong-tracks' });
    assert.deepEqual(await claimOf(ticket), {
      transcriptionId: ticket.json['transcriptionId'],
      tenantId: andes.id,
      callSid,
      language: 'es-419',
      phrases: ['Automotora Andes'],
      tracks: ['inbound', 'outbound'],
    });
    assert.deepEqual(await claimOf(ticket), { refused: 'used' });
  });

  test('of many sockets with one token exactly one wins', async () => {
    const ticket = await ask();
    const results = await Promise.all(Array.from({ length: 10 }, () => claimOf(ticket)));
    assert.equal(results.filter((result) => !('refused' in result)).length, 1);
  });

  test('a stream may carry more than was asked for', async () => {
    const claimed = await claimOf(await ask({ track: 'outbound' }));
    assert.ok('tracks' in claimed);
    assert.deepEqual(claimed.tracks, ['outbound']);
  });

  test('finds the tenant by the key, its name or the called number', async () => {
    const tenantOf = async (reply: Reply): Promise<unknown> =>
      ((await get(reply, undefined)) as { tenant: { slug: string } }).tenant.slug;
    assert.equal(await tenantOf(await ask({ tenant: andes.slug })), andes.slug);
    refused(
      await api.call('POST', '/v1/transcriptions', { callSid }),
      400,
      'tenant-required',
      'tenant',
    );
    const byNumber = await api.call('POST', '/v1/transcriptions', {
      callSid,
      calledNumber: andes.number,
      from: '+56987654321',
    });
    const record = await get(byNumber);
    assert.deepEqual([record['from'], record['to']], ['+56987654321', andes.number]);
    assert.equal(record['language'], 'es-CL', 'of the tenant');
    refused(
      await ask({ calledNumber: maipo.number, tenant: andes.slug }),
      404,
      'tenant-not-found',
      'calledNumber',
    );
    refused(
      await api.call('POST', '/v1/transcriptions', {
        callSid,
        calledNumber: maipo.number,
        tenant: andes.slug,
      }),
      409,
      'tenant-mismatch',
      'calledNumber',
    );
  });

  test('refuses what it cannot do, and names the field', async () => {
    for (const [body, field] of [
      [{ callSid: 'CA1' }, 'callSid'],
      [{ track: 'everything' }, 'track'],
      [{ language: 'español' }, 'language'],
      [{ phrases: ['a'.repeat(101)] }, 'phrases.0'],
      [{ phrases: Array.from({ length: 501 }, () => 'a') }, 'phrases'],
      [{ metadata: { a: 1 } }, 'metadata.a'],
      [{ calledNumber: '56 2' }, 'calledNumber'],
    ] as const) {
      refused(await ask(body), 400, 'invalid-request', field);
    }
    api.admission = 'capacity';
    refused(await ask(), 503, 'capacity');
    api.admission = 'draining';
    refused(await ask(), 503, 'draining');
  });

  test('shows what was said, to its tenant only', async () => {
    const ticket = await ask({ metadata: { agente: 'Marcela' } });
    assert.equal((await get(ticket))['status'], 'waiting');
    await claimOf(ticket);
    const id = String(ticket.json['transcriptionId']);
    const about = { transcriptionId: id, tenantId: andes.id };
    api.transcriptions.started({ ...about, startedAtMs: 1000 });
    api.transcriptions.utterance({
      ...about,
      index: 0,
      track: 'inbound',
      text: 'Hola\0',
      confidence: 0.5,
      startMs: 100,
      endMs: 900,
      languageCode: 'es-cl',
      gaps: [],
    });
    await api.transcriptions.flush();
    assert.equal((await get(ticket))['status'], 'in-progress');
    const gap = { track: 'inbound', startMs: 900, endMs: 2000, reason: 'audio' } as const;
    api.transcriptions.ended({ ...about, endedAtMs: 5000, reason: 'stream-stopped', gaps: [gap] });
    await api.transcriptions.flush();

    const { createdAt, ...record } = await get(ticket);
    assert.ok(createdAt);
    assert.deepEqual(record, {
      id,
      tenant: { id: andes.id, slug: andes.slug, name: 'Automotora Andes' },
      callSid,
      from: null,
      to: null,
      language: 'es-CL',
      track: 'both',
      metadata: { agente: 'Marcela' },
      status: 'completed',
      endReason: 'stream-stopped',
      error: null,
      startedAt: '1970-01-01T00:00:01.000Z',
      endedAt: '1970-01-01T00:00:05.000Z',
      durationMs: 4000,
      gaps: [gap],
      utterances: [
        {
          index: 0,
          track: 'inbound',
          text: 'Hola',
          confidence: 0.5,
          startMs: 100,
          endMs: 900,
          languageCode: 'es-cl',
        },
      ],
    });
    const path = `/v1/transcriptions/${id}`;
    refused(await api.call('GET', path, undefined, maipo.key), 404, 'transcription-not-found');
    refused(await api.call('DELETE', path, undefined, maipo.key), 404, 'transcription-not-found');
    refused(await api.call('GET', '/v1/transcriptions/none'), 404, 'transcription-not-found');
    assert.equal((await api.call('DELETE', path, undefined, andes.key)).status, 204);
    assert.deepEqual(api.stopped, [], 'it has ended already');
  });

  test('says why recognition failed', async () => {
    const ticket = await ask();
    await claimOf(ticket);
    const about = { transcriptionId: String(ticket.json['transcriptionId']), tenantId: andes.id };
    const error = { code: 'permission-denied', message: 'no' };
    api.transcriptions.started({ ...about, startedAtMs: 1000 });
    api.transcriptions.ended({
      ...about,
      endedAtMs: 2000,
      reason: 'recognition-failed',
      error,
      gaps: [],
    });
    await api.transcriptions.flush();
    const record = await get(ticket);
    assert.deepEqual([record['status'], record['error']], ['failed', error]);
  });

  test('stops one that runs, and one that has not begun', async () => {
    const stop = async ({ json }: Reply) =>
      api.call('DELETE', `/v1/transcriptions/${String(json['transcriptionId'])}`);
    const running = await ask();
    await claimOf(running);
    assert.equal((await stop(running)).status, 204);
    assert.deepEqual(api.stopped, [running.json['transcriptionId']]);

    const waiting = await ask();
    assert.equal((await stop(waiting)).status, 204);
    await api.transcriptions.flush();
    const record = await get(waiting);
    assert.deepEqual([record['status'], record['endReason']], ['completed', 'stopped']);
    assert.deepEqual(await claimOf(waiting), { refused: 'stopped' });
  });

  test('lists the newest first, page by page', async () => {
    const other = `CA${'d'.repeat(32)}`;
    const made: unknown[] = [];
    for (let i = 0; i < 3; i += 1) {
      made.unshift((await ask({ callSid: other })).json['transcriptionId']);
    }
    const list = async (query: string, key?: string) => {
      const { json } = await api.call('GET', `/v1/transcriptions?${query}`, undefined, key);
      return {
        ids: (json['data'] as { id: string }[]).map(({ id }) => id),
        cursor: json['nextCursor'] as string | null,
      };
    };
    const first = await list(`callSid=${other}&limit=2`);
    const second = await list(`callSid=${other}&limit=2&cursor=${String(first.cursor)}`);
    assert.deepEqual([...first.ids, ...second.ids], made);
    assert.equal(second.cursor, null);
    assert.deepEqual((await list(`callSid=${other}`, maipo.key)).ids, []);
    assert.deepEqual((await list(`callSid=${other}&status=completed`)).ids, []);
    assert.equal(
      (await list(`tenant=${andes.slug}&limit=200`)).ids.includes(String(made[0])),
      true,
    );
    refused(await api.call('GET', '/v1/transcriptions?cursor=x'), 400, 'bad-cursor', 'cursor');
  });
});
