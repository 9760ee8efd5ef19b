import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';

import type { IConnections, IDataObject, INode } from 'n8n-workflow';

import { built, root } from './package.ts';

// What the template live-transcription makes of the events of the sidecar, as n8n evaluates it.

const template = JSON.parse(
  readFileSync(`${root}workflows/live-transcription/live-transcription.json`, 'utf8'),
) as { nodes: INode[]; connections: IConnections };
const nodeOf = (name: string) =>
  template.nodes.find((node) => node.name === name) ?? assert.fail(name);

const utterance = {
  index: 3,
  track: 'inbound',
  text: '¿Tienen el modelo nuevo?',
  confidence: 0.93,
  startMs: 12_340,
  endMs: 14_000,
};
const transcription = {
  id: 't1',
  callSid: 'CA1',
  status: 'completed',
  durationMs: 61_400,
  utterances: [utterance],
  gaps: [{ track: 'inbound', startMs: 8000, endMs: 12_500, reason: 'recognition' }],
};

test('a sentence becomes a row', () => {
  const { value } = nodeOf('Append to the Sheet').parameters.columns as { value: IDataObject };
  const row = (track: string) =>
    Object.fromEntries(
      Object.entries(value).map(([column, expression]) => {
        const code = /^=\{\{ (.*) \}\}$/.exec(String(expression))?.[1] ?? assert.fail(column);
        const $json = {
          timestamp: '2026-11-21T12:00:00.000Z',
          transcription,
          utterance: { ...utterance, track },
        };
        return [column, runInNewContext(code, { $json }) as unknown];
      }),
    );
  assert.deepEqual(row('inbound'), {
    Time: '2026-11-21T12:00:00.000Z',
    Call: 'CA1',
    Index: 3,
    Who: 'Cliente',
    Text: '¿Tienen el modelo nuevo?',
    Confidence: 0.93,
    Second: 12.3,
  });
  assert.equal(row('outbound').Who, 'Asesor');
});

test('the summary counts what was said and what was not understood', () => {
  const summary = ($json: object) => {
    const code = `(() => {${String(nodeOf('Summary').parameters.jsCode)}})()`;
    const { json } = runInNewContext(code, { $json }) as { json: IDataObject };
    return { ...json };
  };
  assert.deepEqual(
    summary({ tenant: { slug: 'andes' }, transcription, transcript: 'inbound: ¿Tienen…?' }),
    {
      tenant: 'andes',
      callSid: 'CA1',
      status: 'completed',
      durationSeconds: 61,
      sentences: 1,
      notUnderstoodSeconds: 5,
      transcript: 'inbound: ¿Tienen…?',
    },
  );
  const nothing = summary({
    tenant: null,
    transcription: { callSid: 'CA2', status: 'failed', durationMs: null },
    transcript: '',
  });
  assert.deepEqual([nothing.durationSeconds, nothing.sentences], [0, 0]);
});

test('a caller whose colleague has no number is told that nobody is available', () => {
  const { parameters, onError } = nodeOf('Call a Colleague');
  const code = /^=\{\{ (.*) \}\}$/.exec(String(parameters.to))?.[1] ?? assert.fail('to');
  const dialled = (tenant: object | null) =>
    runInNewContext(code, { $: () => ({ item: { json: { tenant } } }) }) as unknown;
  assert.equal(dialled({ escalationNumber: '+56221230000' }), '+56221230000');
  for (const tenant of [null, {}, { escalationNumber: null }]) assert.equal(dialled(tenant), '');
  // An empty number is an error of the node, which leaves behind its own outputs.
  const { outputCount } = built<{ outputCount(operation: string): number }>(
    'nodes/TwilioVoice/conversation/outputs',
  );
  assert.equal(onError, 'continueErrorOutput');
  const leadTo = template.connections['Call a Colleague']?.main?.[outputCount('dial')];
  assert.deepEqual(
    leadTo?.map(({ node }) => node),
    ['Nobody Answered'],
  );
});
