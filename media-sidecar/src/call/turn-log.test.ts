import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeRecorder } from './testing/fake-ports.ts';
import { TurnLog } from './turn-log.ts';

const AGENT_END = {
  text: 'Hola.',
  generatedText: 'Hola.',
  interrupted: false,
  endedAtMs: 2,
  delays: {},
};

function setup() {
  const recorder = new FakeRecorder();
  const log = new TurnLog(recorder, { callId: 'c', tenantId: 't' });
  const caller = (turnId: string, awaitsWords = false) =>
    log.callerSpoke({
      turnId,
      text: turnId,
      startedAtMs: 0,
      endedAtMs: 1,
      settled: false,
      awaitsWords,
    });
  const written = () => recorder.turns.map(({ index, text }) => `${index} ${text}`);
  const times = () => recorder.turns.map(({ startedAtMs, endedAtMs }) => [startedAtMs, endedAtMs]);
  return { log, caller, written, times };
}

test('a turn of the caller may be corrected until the caller speaks again', () => {
  const { log, caller, written } = setup();
  caller('uno');
  log.agentStarted(1);
  log.agentEnded(AGENT_END);
  assert.deepEqual(written(), []);
  caller('dos');
  log.correct('uno', 'too late');
  assert.deepEqual(written(), ['0 uno', '1 Hola.']);
  log.close();
  assert.deepEqual(written().slice(2), ['2 dos']);
});

test('turns whose words are still to come stay open side by side, and are written in order', () => {
  const { log, caller, written } = setup();
  caller('uno', true);
  caller('dos', true);
  log.agentStarted(1);
  log.agentEnded(AGENT_END);
  log.correct('dos', 'segundo');
  assert.deepEqual(written(), []);
  log.correct('uno', 'primero');
  assert.deepEqual(written(), ['0 primero', '1 segundo', '2 Hola.']);
});

test('tells the index of the agent’s turn, the same one until it has ended', () => {
  const { log, caller } = setup();
  caller('uno', true);
  assert.equal(log.agentStarted(1), 1);
  assert.equal(log.agentStarted(5), 1);
  log.agentEnded(AGENT_END);
  assert.equal(log.agentStarted(6), 2);
});

test('what nobody told the words of is written at the end', () => {
  const { log, caller, written } = setup();
  caller('uno', true);
  caller('dos', true);
  log.close();
  assert.deepEqual(written(), ['0 uno', '1 dos']);
});

test('a turn that was heard once more keeps place and times, and is settled by what follows it', () => {
  const { log, caller, written, times } = setup();
  caller('uno', true);
  log.agentStarted(1);
  log.agentEnded(AGENT_END);
  const again = { startedAtMs: 70, endedAtMs: 80, settled: true };
  log.callerSpoke({ turnId: 't1', text: 'primero', ...again }, 'uno');
  // It may go on until something follows.
  log.callerSpoke({ turnId: 't2', text: 'primero y segundo', ...again }, 't1');
  assert.deepEqual(written(), []);
  log.agentStarted(90);
  assert.deepEqual(written(), ['0 primero y segundo', '1 Hola.']);
  assert.deepEqual(times()[0], [0, 1]);
});
