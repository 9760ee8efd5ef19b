import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import type { ICredentialType, IHttpRequestOptions } from 'n8n-workflow';

import { instance } from './package.ts';

const gemini = instance<ICredentialType>('credentials/VoiceGeminiApi.credentials');
const openAi = instance<ICredentialType>('credentials/VoiceOpenAiApi.credentials');

const secretsOf = ({ properties }: ICredentialType) =>
  properties.filter(({ typeOptions }) => typeOptions?.password).map(({ name }) => name);

describe('Gemini', () => {
  test('shows its key in a header only, and hides it in the form', () => {
    assert.deepEqual(gemini.authenticate, {
      type: 'generic',
      properties: { headers: { 'x-goog-api-key': '={{ $credentials.apiKey }}' } },
    });
    assert.deepEqual(secretsOf(gemini), ['apiKey']);
  });

  test('is tested by listing a model', () => {
    assert.equal(gemini.test?.request.url, '/v1beta/models');
  });
});

describe('OpenAI', () => {
  const authenticated = async (credentials: Record<string, string>) => {
    if (typeof openAi.authenticate !== 'function') throw new Error('no function');
    const request: IHttpRequestOptions = { url: '/models', headers: { accept: 'x' } };
    return (await openAi.authenticate(credentials, request)).headers;
  };

  test('sends organization and project only when they are given: an empty one is refused', async () => {
    assert.deepEqual(
      await authenticated({ apiKey: ' sk-1 ', organizationId: ' ', projectId: '' }),
      {
        accept: 'x',
        Authorization: 'Bearer sk-1',
      },
    );
    assert.deepEqual(
      await authenticated({ apiKey: 'sk-1', organizationId: 'org-1', projectId: 'proj_1' }),
      {
        accept: 'x',
        Authorization: 'Bearer sk-1',
        'OpenAI-Organization': 'org-1',
        'OpenAI-Project': 'proj_1',
      },
    );
  });

  test('never sends the secret of its webhooks, and hides both secrets in the form', async () => {
    const headers = await authenticated({ apiKey: 'sk-1', webhookSecret: 'whsec_x' });
    assert.doesNotMatch(JSON.stringify(headers), /whsec/);
    assert.deepEqual(secretsOf(openAi), ['apiKey', 'webhookSecret']);
  });

  test('is tested by listing the models', () => {
    assert.equal(openAi.test?.request.url, '/models');
  });
});
