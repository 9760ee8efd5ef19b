import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createVoices } from '../voices/espeak-voices.ts';
import type { EspeakVoices } from '../voices/espeak-voices.ts';
import { API_KEY } from './testing/clients.ts';
import { EMAIL, startRestCloud } from './testing/rest-cloud.ts';

let voices: EspeakVoices;
before(async () => {
  voices = await createVoices();
});
after(() => voices.close());

const BUCKETS = [
  { name: 'recordings' },
  { name: 'archive', access: 'read-only' as const },
  { name: 'locked', access: 'none' as const },
];

async function storage(t: { after(done: () => Promise<void>): void }) {
  const cloud = await startRestCloud(t, voices, { buckets: BUCKETS });
  const headers: Record<string, string> = { ...(await cloud.signedIn()) };
  const upload = (bucket: string, name: string, extra: object = headers) =>
    cloud.ask({
      method: 'POST',
      url: `/upload/storage/v1/b/${bucket}/o?uploadType=media&name=${encodeURIComponent(name)}`,
      headers: { 'content-type': 'audio/wav', ...extra },
      payload: Buffer.from('RIFF and so on'),
    });
  const at = (bucket: string, name: string): string =>
    `/storage/v1/b/${bucket}/o/${encodeURIComponent(name)}`;
  return { cloud, headers, upload, at };
}

describe('Cloud Storage', () => {
  it('keeps an object until it is deleted', async (t) => {
    const { cloud, headers, upload, at } = await storage(t);
    const url = at('recordings', 'calls/one.wav');
    const { body } = await upload('recordings', 'calls/one.wav');
    assert.equal(body.name, 'calls/one.wav');
    assert.equal(body.size, '14');
    assert.equal(body.contentType, 'audio/wav');
    const media = await cloud.ask({ url: `${url}?alt=media`, headers });
    assert.equal(String(media.body), 'RIFF and so on');
    const list = await cloud.ask({ url: '/storage/v1/b/recordings/o?prefix=calls/', headers });
    assert.equal(list.body.items.length, 1);
    assert.equal((await cloud.ask({ method: 'DELETE', url, headers })).status, 204);
    const gone = await cloud.ask({ url, headers });
    assert.equal(gone.status, 404);
    assert.equal(gone.body.error.errors[0].reason, 'notFound');
    assert.equal((await cloud.ask({ method: 'DELETE', url, headers })).status, 404);
  });

  it('keeps JSON as it was sent', async (t) => {
    const { cloud, headers, at } = await storage(t);
    await cloud.ask({
      method: 'POST',
      url: '/upload/storage/v1/b/recordings/o?uploadType=media&name=a.json',
      headers: { ...headers, 'content-type': 'application/json' },
      payload: '{ "a" : 1 }',
    });
    const { body } = await cloud.ask({ url: at('recordings', 'a.json'), headers });
    assert.equal(body.size, '11');
  });

  it('refuses a bucket that there is not, and one that is not for the account', async (t) => {
    const { cloud, headers, upload, at } = await storage(t);
    const none = await upload('nowhere', 'a.wav');
    assert.equal(none.status, 404);
    assert.equal(none.body.error.message, 'The specified bucket does not exist.');
    const readOnly = await upload('archive', 'a.wav');
    assert.equal(readOnly.status, 403);
    assert.equal(
      readOnly.body.error.message,
      `${EMAIL} does not have storage.objects.create access to the Google Cloud Storage object. Permission 'storage.objects.create' denied on resource (or it may not exist).`,
    );
    const locked = await cloud.ask({ url: at('locked', 'a.wav'), headers });
    assert.equal(locked.body.error.errors[0].reason, 'forbidden');
  });

  it('is not open to an API key, to nobody and to a token without the scope', async (t) => {
    const { cloud, upload } = await storage(t);
    const anonymous = await upload('recordings', 'a.wav', {});
    assert.equal(anonymous.status, 401);
    assert.match(anonymous.body.error.message, /^Anonymous caller does not have storage\.objects/);
    const withKey = await upload('recordings', 'a.wav', { 'x-goog-api-key': API_KEY });
    assert.equal(withKey.status, 401);
    const drive = await cloud.signedIn({ scope: 'https://www.googleapis.com/auth/drive' });
    assert.equal((await upload('recordings', 'a.wav', drive)).status, 403);
    const own = await cloud.signedIn({
      scope: 'https://www.googleapis.com/auth/devstorage.read_write',
    });
    assert.equal((await upload('recordings', 'a.wav', own)).status, 200);
  });

  it('takes uploads with a name only, and of one kind', async (t) => {
    const { cloud, headers } = await storage(t);
    const post = (query: string) =>
      cloud.ask({
        method: 'POST',
        url: `/upload/storage/v1/b/recordings/o?${query}`,
        headers: { ...headers, 'content-type': 'audio/wav' },
        payload: 'x',
      });
    assert.equal((await post('uploadType=media')).status, 400);
    assert.equal((await post('uploadType=resumable&name=a')).status, 501);
  });
});
