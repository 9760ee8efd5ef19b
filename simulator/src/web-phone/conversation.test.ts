import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SILENT_FRAME } from '../telephone-network/line-audio.ts';
import { Conversation, type AgentTurn, type CallerTurn, type Turn } from './conversation.ts';
import { VOICED_FRAME } from './testing/fake-network.ts';
import { recognized } from './testing/fake-speech.ts';

function start() {
  const turns = new Map<number, Turn>();
  let lastId = 0;
  const conversation = new Conversation(
    () => ++lastId,
    (turn) => turns.set(turn.id, turn),
  );
  const play = (frame: Uint8Array, durationMs: number) => {
    for (let ms = 0; ms < durationMs; ms += 20) conversation.frame(frame);
  };
  return {
    conversation,
    agentSpeaks: (durationMs: number) => play(VOICED_FRAME, durationMs),
    silence: (durationMs: number) => play(SILENT_FRAME, durationMs),
    agent: (index: number) =>
      [...turns.values()].filter((turn): turn is AgentTurn => turn.kind === 'agent').at(index),
    caller: (index: number) =>
      [...turns.values()].filter((turn): turn is CallerTurn => turn.kind === 'caller').at(index),
    count: () => turns.size,
  };
}

test('measures the delay of an answer from the end of the caller’s speech to the first voiced frame', () => {
  const call = start();
  call.silence(200);
  call.conversation.callerSays('¿A qué hora abren?', 1000);
  call.silence(1000 + 640);
  call.agentSpeaks(500);
  assert.equal(call.agent(0)?.respondedAfterMs, 640);
  assert.equal(call.agent(0)?.startMs, 1840);
  assert.equal(call.caller(0)?.state, 'said');
});

test('gives a greeting, and a second sentence of the agent, no delay', () => {
  const call = start();
  call.agentSpeaks(500);
  call.silence(2000);
  call.conversation.callerSays('hola', 400);
  call.silence(1000);
  call.agentSpeaks(500);
  call.silence(2000);
  call.agentSpeaks(500);
  assert.equal(call.agent(0)?.respondedAfterMs, undefined);
  assert.equal(call.agent(1)?.respondedAfterMs, 600);
  assert.equal(call.agent(2)?.respondedAfterMs, undefined);
});

test('measures an interruption from the caller’s first word to the agent’s last voiced frame', () => {
  const call = start();
  call.agentSpeaks(1000);
  call.conversation.callerSays('Perdón, otra pregunta', 1500);
  call.agentSpeaks(260);
  call.silence(1500);
  assert.equal(call.caller(0)?.silencedAgentAfterMs, 260);
  assert.equal(call.agent(0)?.state, 'cut');
  assert.equal(call.agent(0)?.endMs, 1260);
});

test('does not call it an interruption when the agent had finished before the caller began', () => {
  const call = start();
  call.agentSpeaks(1000);
  call.silence(200); // not yet known to be the end of its speech
  call.conversation.callerSays('gracias', 500);
  call.silence(1000);
  assert.equal(call.agent(0)?.state, 'said');
  assert.equal(call.caller(0)?.silencedAgentAfterMs, undefined);
});

test('does not call it an interruption when the agent speaks on over a backchannel', () => {
  const call = start();
  call.agentSpeaks(1000);
  call.conversation.callerSays('ajá', 300);
  call.agentSpeaks(4000);
  call.silence(3000);
  assert.equal(call.agent(0)?.state, 'said');
  assert.equal(call.caller(0)?.silencedAgentAfterMs, undefined);
  call.agentSpeaks(500);
  assert.equal(call.agent(1)?.respondedAfterMs, undefined, 'nothing was waiting for an answer');
});

test('keeps sentences with short pauses between them in one turn of the agent', () => {
  const call = start();
  call.agentSpeaks(600);
  call.silence(800);
  call.agentSpeaks(600);
  call.silence(2000);
  assert.equal(call.count(), 1);
  assert.equal(call.agent(0)?.state, 'said');
  assert.equal(call.agent(0)?.endMs, 2000);
});

test('replaces interim words by the final ones, and adds the next sentence behind them', () => {
  const call = start();
  call.agentSpeaks(900);
  call.conversation.heard(recognized('abrimos a', 0), false);
  assert.equal(call.agent(0)?.text, 'abrimos a');
  call.conversation.heard(recognized('abrimos a las nueve', 0), true);
  call.conversation.heard(recognized('hasta', 900), false);
  assert.equal(call.agent(0)?.text, 'abrimos a las nueve hasta');
});

test('gives late words to the turn in which they were spoken, not to the newest one', () => {
  const call = start();
  call.agentSpeaks(1000);
  call.conversation.callerSays('perdón', 400);
  call.agentSpeaks(200);
  call.silence(800);
  call.agentSpeaks(1000);
  call.conversation.heard(recognized('abrimos de lunes', 0), true);
  call.conversation.heard(recognized('sí, dígame', 2000), false);
  assert.equal(call.agent(0)?.text, 'abrimos de lunes');
  assert.equal(call.agent(1)?.text, 'sí, dígame');
});

test('queues what is said while the caller is still speaking', () => {
  const call = start();
  call.conversation.callerSays('uno', 400);
  call.conversation.callerSays('dos', 600);
  assert.equal(call.caller(1)?.state, 'queued');
  assert.equal(call.conversation.pendingSpeechMs, 1000);
  call.silence(400);
  assert.equal(call.caller(0)?.state, 'said');
  assert.equal(call.caller(1)?.state, 'speaking');
  call.silence(600);
  assert.equal(call.caller(1)?.state, 'said');
});

test('cuts what was not said yet when the caller stops, and measures the answer from there', () => {
  const call = start();
  call.conversation.callerSays('una pregunta muy larga', 3000);
  call.silence(500);
  call.conversation.callerStops();
  assert.equal(call.caller(0)?.state, 'cut');
  assert.equal(call.caller(0)?.endMs, 500);
  call.silence(300);
  call.agentSpeaks(200);
  assert.equal(call.agent(0)?.respondedAfterMs, 300);
});

test('leaves no turn open when the call ends', () => {
  const call = start();
  call.conversation.callerSays('hola', 2000);
  call.agentSpeaks(500);
  call.conversation.end();
  assert.equal(call.caller(0)?.state, 'cut');
  assert.notEqual(call.agent(0)?.state, 'speaking');
});
