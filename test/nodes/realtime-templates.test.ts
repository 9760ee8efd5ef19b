import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';

import type { IDataObject, INode } from 'n8n-workflow';

import { root } from './package.ts';

// What the code of the templates realtime-assistant and realtime-sip does, as n8n runs it: once per item.

const nodesOf = (folder: string) =>
  (
    JSON.parse(readFileSync(`${root}workflows/${folder}/${folder}.json`, 'utf8')) as {
      nodes: INode[];
    }
  ).nodes;
const assistant = nodesOf('realtime-assistant');
const overSip = nodesOf('realtime-sip');

function runCode(nodes: INode[], name: string, $json: object): IDataObject {
  const node = nodes.find((one) => one.name === name) ?? assert.fail(name);
  const result = runInNewContext(`(() => {${String(node.parameters.jsCode)}})()`, { $json }) as {
    json: IDataObject;
  };
  return JSON.parse(JSON.stringify(result.json)) as IDataObject;
}

const booking = (asked: unknown) => ({
  // Three in the afternoon in Santiago.
  timestamp: '2026-11-21T18:00:00.000Z',
  arguments: asked,
  call: { id: 'c1', direction: 'inbound', from: '+56912345678', to: '+56612234505' },
  tenant: { slug: 'austral', timezone: 'America/Santiago' },
});
const visit = { fecha: '2026-11-24', hora: '9:30', nombre: ' Ana ', motivo: 'Ver una camioneta' };

test('the live tool books a visit, and says the day in words', () => {
  assert.deepEqual(runCode(assistant, 'Check the Visit', booking(visit)), {
    agendada: true,
    respuesta:
      'La visita queda agendada para el martes, 24 de noviembre a las 09:30, a nombre de Ana.',
    callId: 'c1',
    tenant: 'austral',
    phoneNumber: '+56912345678',
    visitAt: '2026-11-24 09:30',
    name: 'Ana',
    reason: 'Ver una camioneta',
  });
});

const refused: Array<[rule: string, asked: unknown, answer: RegExp]> = [
  ['no arguments', undefined, /No entendí el día/],
  ['a day in words', { ...visit, fecha: 'mañana' }, /No entendí el día/],
  ['a day that no month has', { ...visit, fecha: '2026-02-30' }, /No entendí el día/],
  ['an hour in words', { ...visit, hora: 'a las nueve' }, /No entendí la hora/],
  ['an hour that no day has', { ...visit, hora: '24:10' }, /No entendí la hora/],
  ['nobody', { ...visit, nombre: ' ' }, /nombre de quién/],
  ['yesterday', { ...visit, fecha: '2026-11-20' }, /ya pasó/],
  [
    'an hour ago, by the clock of the tenant',
    { ...visit, fecha: '2026-11-21', hora: '14:00' },
    /ya pasó/,
  ],
];
for (const [rule, asked, answer] of refused) {
  test(`the live tool refuses ${rule}, and says what it needs`, () => {
    const reply = runCode(assistant, 'Check the Visit', booking(asked));
    assert.equal(reply.agendada, false);
    assert.match(String(reply.respuesta), answer);
  });
}

test('the live tool books the next hour of today, by the clock of the tenant', () => {
  const soon = { ...visit, fecha: '2026-11-21', hora: '16:00' };
  assert.equal(runCode(assistant, 'Check the Visit', booking(soon)).agendada, true);
});

const ended = {
  type: 'call.completed',
  tenant: { slug: 'austral' },
  transcript: 'caller: ¿Tienen camionetas?',
  call: {
    id: 'c1',
    pipeline: 'realtime',
    endReason: 'caller-hung-up',
    durationMs: 61_400,
    cost: { currency: 'USD', microUsd: 31_250, complete: true },
    turns: [
      { role: 'agent', text: 'Hola', interrupted: true, delays: {} },
      { role: 'caller', text: '¿Tienen camionetas?' },
      { role: 'agent', text: 'Sí', delays: { firstAudioSentMs: 700 } },
      { role: 'agent', text: 'Tres', delays: { firstAudioSentMs: 500 } },
      { role: 'agent', text: 'Rojas', delays: { firstAudioSentMs: 2000 } },
    ],
  },
};

for (const [folder, nodes] of Object.entries({
  'realtime-assistant': assistant,
  'realtime-sip': overSip,
})) {
  test(`${folder}: the summary tells what was said, how fast, and what it has cost`, () => {
    const row = runCode(nodes, 'Summarise the Call', ended);
    assert.equal(row.costUsd, 0.03125);
    assert.equal(row.costIsComplete, true);
    assert.equal(row.typicalDelayMs, 700);
    assert.equal(row.interruptions, 1);
    assert.equal(
      row.summary,
      'Llamada de 61 s (US$ 0.0313). Primera consulta: ¿Tienen camionetas?',
    );
  });

  test(`${folder}: a cost that is not complete is a lower bound, and a silent call has a summary`, () => {
    const row = runCode(nodes, 'Summarise the Call', {
      type: 'call.failed',
      tenant: null,
      transcript: '',
      call: { id: 'c2', cost: { currency: 'USD', microUsd: 0, complete: false } },
    });
    assert.equal(row.summary, 'Llamada de 0 s (al menos US$ 0.0000). Sin consulta.');
    assert.deepEqual([row.outcome, row.typicalDelayMs, row.turns], ['failed', null, 0]);
  });
}

test('a SIP call that was not answered is worded by its outcome', () => {
  const note = (outcome: string, decision: object | null = null) =>
    runCode(overSip, 'Note Why Not', { openAiCallId: 'rtc_1', outcome, decision, tenant: null })
      .note;
  assert.equal(note('gone'), 'La llamada no se contestó: la persona colgó antes.');
  assert.match(String(note('duplicate')), /ya estaba atendida/);
  assert.match(String(note('declined', { reason: 'budget' })), /se rechazó \(budget\)/);
});

/** Room for the name of a node below it. */
const labelHeight = 70;
const nodeHeight = 96;

for (const [folder, nodes] of Object.entries({
  'realtime-assistant': assistant,
  'realtime-sip': overSip,
})) {
  test(`${folder}: every node lies in a note with its name, and no two notes overlap`, () => {
    const notes = nodes
      .filter(({ type }) => type.endsWith('.stickyNote'))
      .map(({ position: [x, y], parameters }) => ({
        left: x,
        top: y,
        right: x + Number(parameters.width),
        bottom: y + Number(parameters.height),
      }));
    for (const {
      name,
      type,
      position: [x, y],
    } of nodes) {
      if (type.endsWith('.stickyNote')) continue;
      const isInside = notes.some(
        ({ left, top, right, bottom }) =>
          x >= left &&
          y >= top &&
          x + nodeHeight <= right &&
          y + nodeHeight + labelHeight <= bottom,
      );
      assert.ok(isInside, name);
    }
    for (const one of notes)
      for (const other of notes) {
        const apart =
          one === other ||
          one.right <= other.left ||
          other.right <= one.left ||
          one.bottom <= other.top ||
          other.bottom <= one.top;
        assert.ok(apart, JSON.stringify([one, other]));
      }
  });
}
