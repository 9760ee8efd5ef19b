import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { inspect, isDeepStrictEqual } from 'node:util';

import type { IDataObject } from 'n8n-workflow';

import { canvasNumber } from '../../playground/templates.ts';
import type { CallerReport, DialInput } from '../../simulator/src/index.ts';
import { endedExecution, type Execution } from './executions.ts';
import { eventually, type TestPlayground } from './playground.ts';
import { sharedPlayground } from './shared-playground.ts';

type Script = DialInput['script'];

/** Longer than anything takes on a machine that is busy with other tests. */
const patienceMs = 60_000;

const hears = (matching: RegExp): Script[number] => ({
  do: 'wait-for-speech',
  matching,
  timeoutMs: patienceMs,
});
const pause: Script[number] = { do: 'wait-for-silence', ms: 700 };
const says = (text: string): Script[number] => ({ do: 'say', text });
const presses = (digits: string): Script[number] => ({ do: 'press', digits });
const untilTheEnd: Script[number] = { do: 'wait-for-end', timeoutMs: patienceMs };

const served = hears(/atendimos en nuestro taller/);
const rating = hears(/uno al cinco/);
const menu = hears(/marque dos/);
const leaveMessage: Script = [
  hears(/después de la señal/),
  { do: 'wait-for-beep', timeoutMs: patienceMs },
  says('Quiero cambiar los neumáticos de mi camioneta'),
];
const goodbye: Script = [hears(/Hasta luego/), untilTheEnd];

/** Answers in words and by a key. */
const polite: Script = [
  ...[served, pause, says('Sí, claro'), rating, presses('4'), menu, pause, says('Taller')],
  ...leaveMessage,
  ...goodbye,
];

const callers = {
  polite,
  /** Says something else first, and a number that is out of range. */
  wrong: [
    ...[served, pause, says('Buenos días'), hears(/diga sí o no/), pause, says('Sí')],
    ...[rating, presses('9'), hears(/marque un número/), presses('5'), menu, presses('1')],
    ...leaveMessage,
    ...goodbye,
  ],
  /** Does not say a word to the second question, in two attempts. */
  silent: [
    ...[served, pause, says('Sí'), rating, hears(/no le escuché/), rating, menu, presses('1')],
    ...leaveMessage,
    ...goodbye,
  ],
  /** Never says a word. */
  mute: [
    served,
    hears(/no le escuché/),
    served,
    served,
    hears(/No le pudimos escuchar/),
    untilTheEnd,
  ],
  /** Hangs up in the middle of a question. */
  gone: [served, pause, says('No'), hears(/ventas/), { do: 'hang-up' }],
  /** Hangs up when the message is told, as most do. */
  brief: [...[served, pause, says('No'), menu, presses('2')], ...leaveMessage, { do: 'hang-up' }],
} satisfies Record<string, Script>;

type Name = keyof typeof callers;
const names = Object.keys(callers) as Name[];
const numberOf = (name: Name): string => `+5698765000${String(names.indexOf(name))}`;

describe('callers go through the menu on the canvas', () => {
  let playground: TestPlayground;
  let workflowId: string;
  /** The one that we placed. */
  let outboundSid: string;
  const reports = new Map<string, CallerReport>();
  let executions: Map<string, Execution[]>;

  before(async () => {
    const started = await sharedPlayground();
    playground = started;
    const workflow = started.stack.templates.get('ivr-on-canvas');
    assert.ok(workflow);
    workflowId = workflow.id;
    await Promise.all([
      ...names.map(async (name) => {
        reports.set(name, await dial(numberOf(name), callers[name]));
      }),
      placeCall().then((sid) => {
        outboundSid = sid;
      }),
    ]);
    executions = await executionsByCaller(names.length + 1);
  });

  function dial(from: string, script: Script): Promise<CallerReport> {
    return playground.call({ from, to: canvasNumber, voice: 'es-419', script }, 5 * patienceMs);
  }

  /** We call somebody who is polite; resolves with the call's SID. */
  async function placeCall(): Promise<string> {
    const to = '+56987659999';
    await playground.simulator('PUT', `/telephones/${encodeURIComponent(to)}`, {
      does: 'answer',
      afterMs: 0,
      voice: 'es-419',
      script: polite,
    });
    const numbers = await playground.simulator<{ data: Array<Record<string, unknown>> }>(
      'GET',
      '/numbers',
    );
    const own = numbers.data.find(({ phoneNumber }) => phoneNumber === canvasNumber);
    const form = { From: canvasNumber, To: to, Url: String(own?.voiceUrl) };
    return String((await playground.twilio('/Calls.json', form)).sid);
  }

  /** The executions of the workflow, when they are over, by the number that called. */
  async function executionsByCaller(count: number): Promise<Map<string, Execution[]>> {
    const { n8n } = playground.stack;
    const all = await eventually('each call has its execution', async () => {
      const found = await n8n.executions(workflowId);
      return found.length >= count ? found : undefined;
    });
    const byCaller = new Map<string, Execution[]>();
    for (const { id } of all) {
      const execution = await endedExecution(n8n, id, patienceMs);
      const from = String(execution.json('Incoming Call')[0]?.from);
      byCaller.set(from, [...(byCaller.get(from) ?? []), execution]);
    }
    return byCaller;
  }

  /** What the flow wrote down about the call, and that it is one execution that did not fail. */
  function recordOf(name: Name): IDataObject {
    assert.deepEqual(reports.get(name)?.failures, []);
    const [execution, ...others] = executions.get(numberOf(name)) ?? [];
    assert.equal(others.length, 0, 'one execution carries the call');
    assert.equal(execution?.status, 'success', execution?.error?.message);
    const [record, ...more] = execution.json('Record of the Call');
    assert.equal(more.length, 0, 'one record is written');
    assert.equal(record?.callSid, reports.get(name)?.callSid);
    const { callSid: _, from: __, recordingUrl: ___, durationMs: ____, ...rest } = record ?? {};
    return rest;
  }

  const step = (name: Name, node: string, output = 0): IDataObject | undefined =>
    executions.get(numberOf(name))?.[0]?.json(node, output)[0];
  const answer = (name: Name, node: string, output = 0) =>
    step(name, node, output)?.answer as IDataObject | undefined;

  test('by speech and by keys, to the end', () => {
    assert.deepEqual(recordOf('polite'), {
      outcome: 'message',
      wasServed: true,
      rating: 4,
      department: 'taller',
      callStatus: 'completed',
    });
    const { raw, value, input, attempts } = answer('polite', 'Has Been Served?') ?? {};
    assert.match(String(raw), /s[ií],? claro/i);
    assert.deepEqual({ value, input, attempts }, { value: true, input: 'speech', attempts: 1 });
    assert.equal(answer('polite', 'Rating')?.input, 'digits');
  });

  test('their message is on Twilio, and the call’s duration is known', () => {
    const recording = step('polite', 'Message')?.recording as IDataObject;
    assert.match(String(recording.recordingUrl), /\/Recordings\/RE[0-9a-f]{32}$/);
    assert.ok(Number(recording.durationMs) >= 2000);
    assert.ok(Number(step('polite', 'Goodbye')?.durationMs) > 10_000);
  });

  test('with wrong answers, each asked again in its own words', () => {
    const record = recordOf('wrong');
    assert.deepEqual([record.wasServed, record.rating, record.department], [true, 5, 'ventas']);
    assert.equal(answer('wrong', 'Has Been Served?')?.attempts, 2);
    assert.equal(answer('wrong', 'Rating')?.attempts, 2);
  });

  test('in silence: asked again, and then without that answer', () => {
    const record = recordOf('silent');
    assert.deepEqual([record.outcome, record.rating], ['message', null]);
    const { reason, attempts } = answer('silent', 'Rating', 1) ?? {};
    assert.deepEqual({ reason, attempts }, { reason: 'silence', attempts: 2 });
  });

  test('without ever a word: a polite goodbye', () => {
    assert.equal(recordOf('mute').outcome, 'no-answer');
    assert.equal(answer('mute', 'Has Been Served?', 1)?.attempts, 3);
    assert.equal(reports.get('mute')?.endedBy, 'other-side');
  });

  test('hanging up in the middle of a question', () => {
    const record = recordOf('gone');
    assert.equal(record.outcome, 'hung-up');
    assert.equal(record.wasServed, false);
    assert.equal(step('gone', 'Menu', 2)?.callEnded, true);
  });

  test('hanging up behind the message, which counts', () => {
    const record = recordOf('brief');
    assert.deepEqual([record.outcome, record.department], ['message', 'taller']);
    const { recording, callEnded } = step('brief', 'Message') ?? {};
    assert.equal((recording as IDataObject).endedBy, 'hang-up');
    assert.equal(callEnded, true);
  });

  test('called by us, with the trigger’s address as URL', () => {
    const [execution] = executions.get(canvasNumber) ?? [];
    const [record] = execution?.json('Record of the Call') ?? [];
    assert.equal(record?.callSid, outboundSid);
    assert.deepEqual([record?.outcome, record?.rating], ['message', 4]);
  });

  test('twenty at once, each in one execution of its own', async () => {
    const before = (await playground.stack.n8n.executions(workflowId)).length;
    const numbers = Array.from({ length: 20 }, (_, index) => `+569870000${String(index + 10)}`);
    // All are on the line together; but no twenty people dial in the same millisecond.
    const held = await Promise.all(
      numbers.map(async (from, index) => {
        await setTimeout(index * 250);
        return dial(from, polite);
      }),
    );
    const all = await executionsByCaller(before + numbers.length);
    const wrong = numbers.flatMap((from, index) => {
      const { callSid, failures } = held[index] ?? assert.fail();
      const own = all.get(from) ?? [];
      const [record] = own[0]?.json('Record of the Call') ?? [];
      const { outcome, wasServed, rating: rated, department } = record ?? {};
      const found = {
        ...{ failures, executions: own.length, isOfThisCall: record?.callSid === callSid },
        ...{ outcome, wasServed, rated, department },
      };
      const wanted = {
        ...{ failures: [], executions: 1, isOfThisCall: true },
        ...{ outcome: 'message', wasServed: true, rated: 4, department: 'taller' },
      };
      return isDeepStrictEqual(found, wanted) ? [] : [{ callSid, found }];
    });
    const told = await Promise.all(
      wrong.map(async ({ callSid, found }) => ({
        found,
        network: await playground.simulator<IDataObject>('GET', `/calls/${callSid}`),
      })),
    );
    assert.deepEqual(told, [], inspect(told, { depth: 6, breakLength: 160 }));
  });
});
