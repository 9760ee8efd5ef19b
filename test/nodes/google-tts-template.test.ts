import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { runInNewContext } from 'node:vm';

import type { IDataObject, INode } from 'n8n-workflow';

import { root } from './package.ts';

const { nodes } = JSON.parse(
  readFileSync(`${root}workflows/warm-phrase-cache/warm-phrase-cache.json`, 'utf8'),
) as { nodes: INode[] };

interface Collected {
  json: { tenant: string; voice: string; speakingRate: number; phrases: string[] };
  pairedItem: { item: number };
}

/** Runs the code as n8n does: once for all items, with $input. */
function collect(tenants: IDataObject[]): Collected[] {
  const code = String(nodes.find(({ name }) => name === 'Collect the Phrases')?.parameters.jsCode);
  const $input = { all: () => tenants.map((json) => ({ json })) };
  const result: unknown = runInNewContext(`(() => {${code}})()`, { $input });
  return JSON.parse(JSON.stringify(result)) as Collected[];
}

const andes: IDataObject = {
  slug: 'automotora-andes',
  status: 'active',
  voice: { name: 'es-US-Chirp3-HD-Aoede', languageCode: 'es-US', speakingRate: 1.05 },
  greeting: 'Hola, habla con Automotora Andes. ¿En qué le puedo ayudar?',
  disclosure: 'Le atiende un asistente virtual.',
  facts: { commonPhrases: ['Atendemos hasta las 18.30 horas.', 'Un momento, por favor.'] },
};

describe('the template that warms the phrase cache', () => {
  test('takes a greeting apart as the agent speaks it, and each sentence once', () => {
    const [first] = collect([andes]);
    assert.deepEqual(first?.pairedItem, { item: 0 });
    const { phrases, ...rest } = first?.json ?? { phrases: [] };
    assert.deepEqual(rest, {
      tenant: 'automotora-andes',
      voice: 'es-US-Chirp3-HD-Aoede',
      speakingRate: 1.05,
    });
    assert.deepEqual(phrases.slice(0, 3), [
      'Hola, habla con Automotora Andes.',
      '¿En qué le puedo ayudar?',
      'Le atiende un asistente virtual.',
    ]);
    assert.ok(phrases.includes('Atendemos hasta las 18.30 horas.'));
    assert.ok(phrases.includes('Que tenga un buen día.'));
    assert.equal(phrases.filter((one) => one === 'Un momento, por favor.').length, 1);
  });

  test('leaves out suspended tenants and Spanish sentences for other voices', () => {
    const english = {
      slug: 'north',
      voice: { name: 'en-US-Neural2-C', languageCode: 'en-US' },
      greeting: 'Hello, this is North.',
      facts: null,
    };
    const collected = collect([{ ...andes, status: 'suspended' }, english]);
    assert.deepEqual(
      collected.map(({ json, pairedItem }) => [json.tenant, json.phrases, pairedItem.item]),
      [['north', ['Hello, this is North.'], 1]],
    );
    assert.equal(collected[0]?.json.speakingRate, 1);
  });

  test('a tenant without anything to say is no item', () => {
    const silent = { slug: 'x', voice: { name: 'en-US-Neural2-C', languageCode: 'en-US' } };
    assert.deepEqual(collect([silent, {}]), []);
  });
});
