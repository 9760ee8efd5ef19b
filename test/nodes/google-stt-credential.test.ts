import assert from 'node:assert/strict';
import { generateKeyPairSync, verify } from 'node:crypto';
import { test } from 'node:test';

import type { ICredentialType, IDataObject } from 'n8n-workflow';

import { instance } from './package.ts';

const credential = instance<ICredentialType>('credentials/GoogleSpeechApi.credentials');
const { privateKey, publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});

interface Sent {
  url: string;
  body: string;
}

/** Each account of its own: tokens are remembered by account and key. */
let accounts = 0;
const account = (more: IDataObject = {}) => ({
  authentication: 'serviceAccount',
  email: `n8n-${++accounts}@project.iam.gserviceaccount.com`,
  privateKey,
  accessToken: '',
  ...more,
});

function tokenServer(answer: (sent: Sent, count: number) => { statusCode: number; body: unknown }) {
  const sent: Sent[] = [];
  return {
    sent,
    helper: {
      helpers: {
        httpRequest: async (request: Sent) => {
          sent.push(request);
          return answer(request, sent.length);
        },
      },
    },
  };
}

const granting = () =>
  tokenServer((_, count) => ({
    statusCode: 200,
    body: { access_token: `token-${accounts}-${count}`, expires_in: 3599 },
  }));

const authenticateFirst = async (helper: object, data: IDataObject) =>
  (await credential.preAuthentication?.call(helper as never, data as never)) as IDataObject;

test('exchanges a signed assertion for an access token', async () => {
  const server = granting();
  const data = account({ tokenUrl: 'https://proxy.example.com/token' });
  const { accessToken } = await authenticateFirst(server.helper, data);
  assert.equal(accessToken, `token-${accounts}-1`);
  const [{ url, body }] = server.sent as [Sent];
  assert.equal(url, 'https://proxy.example.com/token');
  const form = new URLSearchParams(body);
  assert.equal(form.get('grant_type'), 'urn:ietf:params:oauth:grant-type:jwt-bearer');
  const [header = '', claims = '', signature = ''] = (form.get('assertion') ?? '').split('.');
  assert.ok(
    verify(
      'RSA-SHA256',
      Buffer.from(`${header}.${claims}`),
      publicKey,
      Buffer.from(signature, 'base64url'),
    ),
  );
  const read = (part: string) =>
    JSON.parse(Buffer.from(part, 'base64url').toString()) as IDataObject;
  assert.deepEqual(read(header), { alg: 'RS256', typ: 'JWT' });
  const { iss, scope, aud, iat, exp } = read(claims);
  assert.equal(iss, data.email);
  assert.equal(scope, 'https://www.googleapis.com/auth/cloud-platform');
  assert.equal(aud, 'https://oauth2.googleapis.com/token');
  assert.equal(Number(exp) - Number(iat), 3600);
});

const mangled: Array<[how: string, key: string]> = [
  ['with literal \\n, as in the key file', privateKey.replace(/\n/g, '\\n')],
  ['with spaces, as a one-line field makes it', privateKey.replace(/\n/g, ' ')],
  ['without any line break', privateKey.replace(/\n/g, '')],
  ['with quotes and a comma around it', `"${privateKey.replace(/\n/g, '\\n')}",`],
  ['with Windows line breaks', privateKey.replace(/\n/g, '\r\n')],
];
for (const [how, key] of mangled) {
  test(`takes a private key ${how}`, async () => {
    const server = granting();
    const { accessToken } = await authenticateFirst(server.helper, account({ privateKey: key }));
    assert.equal(accessToken, `token-${accounts}-1`);
  });
}

test('items that run at the same time share one token, and one that was refused is not used again', async () => {
  const server = granting();
  const data = account();
  const tokens = await Promise.all([1, 2, 3].map(() => authenticateFirst(server.helper, data)));
  assert.deepEqual(new Set(tokens.map(({ accessToken }) => accessToken)).size, 1);
  assert.equal(server.sent.length, 1);
  const refused = { ...data, accessToken: tokens[0]?.accessToken };
  const renewed = await Promise.all([1, 2, 3].map(() => authenticateFirst(server.helper, refused)));
  assert.equal(server.sent.length, 2);
  assert.ok(renewed.every(({ accessToken }) => accessToken === `token-${accounts}-2`));
});

const failures: Array<[what: string, data: IDataObject, body: unknown, message: RegExp]> = [
  ['no key', { privateKey: '' }, {}, /is no private key/],
  ['the whole JSON file', { privateKey: '{"type":"service_account"}' }, {}, /is no private key/],
  [
    'a key that is cut',
    { privateKey: '-----BEGIN PRIVATE KEY-----\\nMIIE\\n-----END PRIVATE KEY-----' },
    {},
    /cannot be read/,
  ],
  [
    'a key that is no RSA key',
    {
      privateKey: generateKeyPairSync('ec', {
        namedCurve: 'P-256',
        privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
        publicKeyEncoding: { type: 'spki', format: 'pem' },
      }).privateKey,
    },
    {},
    /not of a Google service account/,
  ],
  ['no e-mail', { email: '' }, {}, /e-mail is missing/],
  [
    'the key of another account',
    {},
    { error: 'invalid_grant', error_description: 'Invalid JWT Signature.' },
    /does not belong/,
  ],
  [
    'an account that is gone',
    {},
    { error: 'invalid_grant', error_description: 'Invalid grant: account not found' },
    /knows no service account/,
  ],
  [
    'a wrong clock',
    {},
    {
      error: 'invalid_grant',
      error_description:
        'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.',
    },
    /clock/,
  ],
  ['a token address of somebody else', {}, '<html>', /does not answer as/],
];
for (const [what, data, body, message] of failures) {
  test(`says what is wrong with ${what}`, async () => {
    const server = tokenServer(() => ({ statusCode: 400, body }));
    await assert.rejects(
      authenticateFirst(server.helper, account(data)),
      (error: Error & { description?: string }) => {
        assert.match(error.message, message);
        assert.ok((error.description ?? '').length > 20);
        assert.ok(!JSON.stringify(error).includes('MII'), 'the key must not be in the error');
        return true;
      },
    );
  });
}

test('after a failure the next try asks again', async () => {
  const data = account();
  const server = tokenServer((_, count) =>
    count === 1
      ? { statusCode: 503, body: '' }
      : { statusCode: 200, body: { access_token: 'at-last', expires_in: 3599 } },
  );
  await assert.rejects(authenticateFirst(server.helper, data));
  assert.deepEqual(await authenticateFirst(server.helper, data), { accessToken: 'at-last' });
});

test('an API key goes into a header, asks for no token, and is not in the address', async () => {
  const server = granting();
  const data = { authentication: 'apiKey', apiKey: ' AIza-key ' };
  assert.deepEqual(await authenticateFirst(server.helper, data), {});
  assert.equal(server.sent.length, 0);
  const authenticate = credential.authenticate as (
    data: object,
    request: object,
  ) => Promise<{ url: string; headers: IDataObject }>;
  const { url, headers } = await authenticate(data, { url: 'https://g', headers: { a: 'b' } });
  assert.equal(url, 'https://g');
  assert.deepEqual(headers, { a: 'b', 'x-goog-api-key': 'AIza-key' });
});
