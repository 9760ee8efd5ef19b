import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { JWT } from 'google-auth-library';
import { createVoices } from '../voices/espeak-voices.ts';
import type { EspeakVoices } from '../voices/espeak-voices.ts';
import { ServiceAccounts } from './service-accounts.ts';
import { API_KEY } from './testing/clients.ts';
import {
  assertion,
  EMAIL,
  PRIVATE_KEY_PEM,
  PROJECT,
  startRestCloud,
} from './testing/rest-cloud.ts';

let voices: EspeakVoices;
before(async () => {
  voices = await createVoices();
});
after(() => voices.close());

const VOICES = '/v1/voices?languageCode=es-US';
const now = (): number => Math.floor(Date.now() / 1_000);

describe('an access token', () => {
  it('is got with a signed assertion and opens the services', async (t) => {
    const cloud = await startRestCloud(t, voices);
    const { status, body } = await cloud.token();
    assert.equal(status, 200);
    assert.equal(body.token_type, 'Bearer');
    assert.equal(body.expires_in, 3_599);
    const headers = { authorization: `Bearer ${body.access_token}` };
    assert.equal((await cloud.ask({ url: VOICES, headers })).status, 200);
  });

  it('has the address of the simulator as an audience, and may be signed by the client itself', async (t) => {
    const cloud = await startRestCloud(t, voices);
    const tokenUrl = `http://127.0.0.1:${cloud.port}/token`;
    const reply = await fetch(tokenUrl, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
        assertion: assertion({ aud: tokenUrl }),
      }),
    });
    assert.equal(reply.status, 200);
    // A token that the library signs itself is as good.
    const headers = new Headers(
      await new JWT({ email: EMAIL, key: PRIVATE_KEY_PEM }).getRequestHeaders(
        'https://texttospeech.googleapis.com/',
      ),
    );
    const authorization = headers.get('authorization') ?? '';
    assert.equal((await cloud.ask({ url: VOICES, headers: { authorization } })).status, 200);
  });

  const refused: [string, Record<string, unknown>, string, RegExp][] = [
    ['of an unknown account', { iss: 'who@example.com' }, 'invalid_grant', /account not found/],
    ['for more than an hour', { exp: now() + 7_300 }, 'invalid_grant', /short-lived token/],
    ['of the past', { iat: now() - 7_200, exp: now() - 3_601 }, 'invalid_grant', /timeframe/],
    ['of the future', { iat: now() + 900, exp: now() + 1_800 }, 'invalid_grant', /timeframe/],
    ['for another audience', { aud: 'https://example.com' }, 'invalid_grant', /audience check/],
    ['without a scope', { scope: '' }, 'invalid_scope', /Invalid OAuth scope/],
  ];
  for (const [what, claims, error, description] of refused) {
    it(`is not given for an assertion ${what}`, async (t) => {
      const cloud = await startRestCloud(t, voices);
      const { status, body } = await cloud.token(claims);
      assert.equal(status, 400);
      assert.equal(body.error, error);
      assert.match(body.error_description, description);
    });
  }

  it('is not given for what another key has signed, nor for what is no assertion', async (t) => {
    const cloud = await startRestCloud(t, voices);
    const { privateKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
    const post = (grantType: string, text: string) =>
      cloud.ask({
        method: 'POST',
        url: '/token',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        payload: new URLSearchParams({ grant_type: grantType, assertion: text }).toString(),
      });
    const bearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
    const foreign = await post(bearer, assertion({}, privateKey));
    assert.deepEqual(foreign.body, {
      error: 'invalid_grant',
      error_description: 'Invalid JWT Signature.',
    });
    assert.equal((await post(bearer, 'a.b.c')).body.error, 'invalid_grant');
    assert.equal((await post('password', 'x')).body.error, 'unsupported_grant_type');
  });

  it('ends after an hour, and when it is revoked', () => {
    let clockMs = Date.now();
    const { publicKey, privateKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
    const settings = { email: EMAIL, projectId: PROJECT, publicKeyPem: publicKey };
    const accounts = new ServiceAccounts([settings], () => clockMs);
    const grant = () =>
      accounts.grant(
        'urn:ietf:params:oauth:grant-type:jwt-bearer',
        assertion({}, privateKey),
        'http://localhost/token',
      ).access_token;
    const [first, second] = [grant(), grant()];
    assert.deepEqual(accounts.principalOf(first), {
      email: EMAIL,
      projectId: PROJECT,
      scopes: ['https://www.googleapis.com/auth/cloud-platform'],
    });
    clockMs += 3_600_000;
    assert.equal(accounts.principalOf(first), 'expired');
    clockMs -= 3_600_000;
    accounts.revokeTokens();
    assert.equal(accounts.principalOf(second), 'expired');
  });
});

describe('a request is refused', () => {
  const reasons: [string, Record<string, string>, number, string, string][] = [
    ['without credentials', {}, 401, 'UNAUTHENTICATED', 'CREDENTIALS_MISSING'],
    [
      'with a wrong API key',
      { 'x-goog-api-key': 'stolen' },
      400,
      'INVALID_ARGUMENT',
      'API_KEY_INVALID',
    ],
    [
      'with a token that is none',
      { authorization: 'Bearer nothing' },
      401,
      'UNAUTHENTICATED',
      'ACCESS_TOKEN_TYPE_UNSUPPORTED',
    ],
    [
      'with a self-signed token that has ended',
      { authorization: `Bearer ${assertion({ exp: now() - 1 })}` },
      401,
      'UNAUTHENTICATED',
      'ACCESS_TOKEN_EXPIRED',
    ],
  ];
  for (const [what, headers, code, status, reason] of reasons) {
    it(what, async (t) => {
      const cloud = await startRestCloud(t, voices);
      const answer = await cloud.ask({ url: VOICES, headers });
      assert.equal(answer.status, code);
      assert.equal(answer.body.error.code, code);
      assert.equal(answer.body.error.status, status);
      assert.equal(answer.body.error.details[0].reason, reason);
    });
  }

  it('with a token for something else', async (t) => {
    const cloud = await startRestCloud(t, voices);
    const headers = await cloud.signedIn({ scope: 'https://www.googleapis.com/auth/drive' });
    const { status, body } = await cloud.ask({ url: VOICES, headers });
    assert.equal(status, 403);
    assert.equal(body.error.status, 'PERMISSION_DENIED');
    assert.equal(body.error.details[0].reason, 'ACCESS_TOKEN_SCOPE_INSUFFICIENT');
  });

  it('by v2 with an API key, and in a project of others', async (t) => {
    const cloud = await startRestCloud(t, voices);
    const url = '/v2/projects/other-project/locations/global/recognizers/_:recognize';
    const withKey = await cloud.post(url, {});
    assert.equal(withKey.status, 401);
    assert.match(withKey.body.error.message, /^API keys are not supported by this API/);
    const headers = await cloud.signedIn();
    const elsewhere = await cloud.ask({ method: 'POST', url, headers, payload: {} });
    assert.equal(elsewhere.status, 403);
    assert.match(elsewhere.body.error.message, /'speech.recognizers.recognize' denied/);
  });

  it('is what a key in the address saves from', async (t) => {
    const cloud = await startRestCloud(t, voices);
    assert.equal((await cloud.ask({ url: `${VOICES}&key=${API_KEY}` })).status, 200);
  });
});
