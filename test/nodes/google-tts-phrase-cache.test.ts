import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import type { IDataObject } from 'n8n-workflow';

import type { Sent } from './contexts.ts';
import { inVirtualTime, run } from './google-tts-node.ts';

const warm = (parameters: IDataObject = {}) => ({
  resource: 'phraseCache',
  operation: 'warm',
  phrases: 'Hola.',
  ...parameters,
});

const state = (more: IDataObject = {}) => ({
  id: 'w1',
  status: 'completed',
  total: 1,
  done: 1,
  synthesized: 1,
  alreadyCached: 0,
  failed: 0,
  errors: [],
  ...more,
});

/** A sidecar that has finished a warming after so many questions. */
function sidecar(questions: number, final: (id: string) => IDataObject = () => ({})) {
  const warmings = new Map<string, { total: number; asked: number }>();
  return ({ method, url, body }: Sent) => {
    if (method === 'POST') {
      const { phrases } = body as { phrases: unknown[] };
      const id = `w${String(warmings.size + 1)}`;
      warmings.set(id, { total: phrases.length, asked: 0 });
      return { statusCode: 202, body: { id, total: phrases.length } };
    }
    const id = url.split('/').at(-1) ?? '';
    const warming = warmings.get(id);
    if (!warming) return { statusCode: 404, body: { error: { code: 'warming-not-found' } } };
    const { total } = warming;
    const isOver = ++warming.asked >= questions;
    const done = isOver ? total : Math.floor((total * warming.asked) / questions);
    const status = isOver ? 'completed' : 'running';
    const now = state({ id, status, total, done, synthesized: done });
    return { body: isOver ? { ...now, ...final(id) } : now };
  };
}

for (const operation of ['warm', 'getStatistics', 'getWarming', 'remove']) {
  test(`${operation} without a sidecar is an error that explains it`, async () => {
    const { error, sent } = await run({ parameters: warm({ operation }) });
    assert.equal(error?.message, 'The phrase cache needs the voice sidecar');
    assert.match(error?.description ?? '', /Choose a Voice Sidecar API credential/);
    assert.deepEqual(sent, []);
  });
}

describe('Warm', () => {
  const wrong: Array<[parameters: IDataObject, told: RegExp]> = [
    [{ phrases: '' }, /The field Phrases is empty.*one phrase per line/s],
    [{ phrases: ' \n \n' }, /The field Phrases is empty/],
    [{ phrases: [{ text: 'Hola' }] as never }, /Phrase 1 is not a text.*map/s],
    [{ phrases: `Hola.\n${'a'.repeat(1001)}` }, /longer than 1000 characters.*begins with "aaa/s],
    [{ voices: {} }, /There is no voice.*field Voices/s],
    [{ voices: { values: [{ voice: { mode: 'name', value: '' } }] } }, /The field Voice is empty/],
    [
      {
        voices: {
          values: [{ voice: { mode: 'name', value: 'es-US-Neural2-A' }, speakingRate: 9 }],
        },
      },
      /Speaking Rate is out of range.*0\.25 to 2/s,
    ],
  ];
  for (const [parameters, told] of wrong) {
    test(`refuses ${JSON.stringify(parameters).slice(0, 70)}`, async () => {
      const { error, sent } = await run({ parameters: warm(parameters), sidecar: true });
      assert.match(`${error?.message ?? ''} ${error?.description ?? ''}`, told);
      assert.deepEqual(sent, []);
    });
  }

  test('asks until it is done, less and less often, and tells how far it is', async (t) => {
    const { result, ms } = await inVirtualTime(t, () =>
      run({
        parameters: warm({ phrases: 'Uno.\nDos.\nTres.\nCuatro.' }),
        sidecar: true,
        answer: sidecar(6),
      }),
    );
    assert.equal(result.error, undefined);
    assert.equal(result.items[0]?.json.status, 'completed');
    assert.equal(result.sent.filter(({ method }) => method === 'GET').length, 6);
    assert.deepEqual(result.progress.slice(0, 2), [
      'Warming the phrase cache: 0 of 4',
      'Warming the phrase cache: 1 of 4',
    ]);
    assert.equal(result.progress.at(-1), 'Warming the phrase cache: 4 of 4');
    assert.ok(ms >= 9000 && ms <= 11_000, String(ms));
  });

  test('hands more than 1,000 phrases over in several requests and adds them up', async (t) => {
    const phrases = Array.from({ length: 2500 }, (_, index) => `Frase ${String(index)}.`);
    const { result } = await inVirtualTime(t, () =>
      run({
        parameters: warm({ phrases: phrases as never }),
        sidecar: true,
        answer: sidecar(2, (id) =>
          id === 'w2'
            ? { failed: 1, errors: [{ index: 7, code: 'invalid-request', message: 'No.' }] }
            : {},
        ),
      }),
    );
    const sizes = result.sent
      .filter(({ method }) => method === 'POST')
      .map(({ body }) => (body as { phrases: unknown[] }).phrases.length);
    assert.deepEqual(sizes, [1000, 1000, 500]);
    const { json } = result.items[0] ?? {};
    assert.deepEqual(json?.warmings, ['w1', 'w2', 'w3']);
    assert.equal(json?.total, 2500);
    assert.deepEqual(json?.errors, [
      {
        text: 'Frase 1007.',
        voice: 'es-US-Neural2-A',
        code: 'invalid-request',
        message: 'No.',
      },
    ]);
    assert.match(result.hints[0]?.message ?? '', /1 of 2500 phrases could not be warmed/);
  });

  test('goes on with the status "running" when the time is over', async (t) => {
    const { result, ms } = await inVirtualTime(t, () =>
      run({ parameters: warm({ waitSeconds: 10 }), sidecar: true, answer: sidecar(1000) }),
    );
    assert.equal(result.error, undefined);
    assert.equal(result.items[0]?.json.status, 'running');
    assert.equal(ms, 10_000);
  });

  test('puts the items of a tenant together, and each tenant out on its own', async () => {
    const { items, sent } = await run({
      parameters: warm({
        phrases: '={{ $json.phrase }}',
        tenant: '={{ $json.tenant }}',
        wait: false,
      }),
      sidecar: true,
      answer: sidecar(1),
      items: [
        { phrase: 'Uno.', tenant: 'andes' },
        { phrase: 'Dos.', tenant: 'pacifico' },
        { phrase: 'Tres.', tenant: 'andes' },
      ],
    });
    assert.deepEqual(
      sent.map(({ body }) => {
        const { tenant, phrases } = body as { tenant: string; phrases: Array<{ text: string }> };
        return [tenant, phrases.map(({ text }) => text)];
      }),
      [
        ['andes', ['Uno.', 'Tres.']],
        ['pacifico', ['Dos.']],
      ],
    );
    assert.deepEqual(
      items.map(({ json, pairedItem }) => [json.tenant, pairedItem]),
      [
        ['andes', [{ item: 0 }, { item: 2 }]],
        ['pacifico', [{ item: 1 }]],
      ],
    );
  });

  test('with Continue on Fail a wrong item does not keep the others', async () => {
    const { items } = await run({
      parameters: warm({ phrases: '={{ $json.phrase }}', wait: false }),
      sidecar: true,
      continueOnFail: true,
      answer: sidecar(1),
      items: [{ phrase: 'Uno.' }, { phrase: '' }],
    });
    assert.deepEqual(
      items.map(({ json, pairedItem }) => [json.error ?? json.total, pairedItem]),
      [
        ['The field Phrases is empty', { item: 1 }],
        [1, [{ item: 0 }]],
      ],
    );
  });

  test('a warming that is not known any more is told', async () => {
    const { error } = await run({
      parameters: warm(),
      sidecar: true,
      answer: ({ method }) =>
        method === 'POST'
          ? { statusCode: 202, body: { id: 'w9', total: 1 } }
          : { statusCode: 404, body: { error: { code: 'warming-not-found', message: 'gone' } } },
    });
    assert.match(error?.message ?? '', /warming is not known/);
    assert.match(error?.description ?? '', /hour.*process/s);
  });

  test('a 404 of a proxy before the sidecar does not make a warming unknown', async () => {
    const { error } = await run({
      parameters: warm(),
      sidecar: true,
      answer: ({ method }) =>
        method === 'POST'
          ? { statusCode: 202, body: { id: 'w9', total: 1 } }
          : { statusCode: 404, body: '404 page not found' },
    });
    assert.match(error?.message ?? '', /other than the voice sidecar answered/);
  });

  test('a sidecar that does not answer is told', async () => {
    const { error } = await run({
      parameters: warm(),
      sidecar: true,
      answer: () => ({ error: new Error('connect ECONNREFUSED 127.0.0.1:8100') }),
    });
    assert.match(error?.message ?? '', /The voice sidecar did not answer/);
  });
});

describe('Remove and Get Warming', () => {
  const remove = (parameters: IDataObject) => ({
    resource: 'phraseCache',
    operation: 'remove',
    ...parameters,
  });

  test('an empty text does not remove everything', async () => {
    const { error, sent } = await run({
      parameters: remove({ what: 'phrase', text: ' ' }),
      sidecar: true,
    });
    assert.match(error?.message ?? '', /The field Text is empty/);
    assert.match(error?.description ?? '', /All Phrases/);
    assert.deepEqual(sent, []);
  });

  test('everything of a tenant is removed with a body that n8n does not leave out', async () => {
    const { sent } = await run({
      parameters: remove({ what: 'all', tenant: { mode: 'id', value: 'andes' } }),
      sidecar: true,
      answer: () => ({ body: { removed: 3 } }),
    });
    assert.deepEqual(sent[0]?.body, { tenant: 'andes', voice: {} });
  });

  test('an empty Warming ID is told', async () => {
    const { error } = await run({
      parameters: { resource: 'phraseCache', operation: 'getWarming', warmingId: '' },
      sidecar: true,
    });
    assert.match(error?.message ?? '', /The field Warming ID is empty/);
  });
});
