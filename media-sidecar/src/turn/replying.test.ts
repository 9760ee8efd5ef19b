import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ReplyFailure } from './events.ts';
import { turnOptions } from './options.ts';
import { TurnScript } from './testing/turn-script.ts';

const FAILURE: ReplyFailure = {
  source: 'model',
  retryable: true,
  partlySpoken: false,
  hasFallback: true,
};

/** The turn has ended, nothing of the answer was heard. */
function thinking(): TurnScript {
  const script = new TurnScript().greeted().speechStarts().wait(900).final('¿qué horario tienen?');
  script.speechEnds().wait(300);
  script.effects.length = 0;
  return script;
}

const fail = (script: TurnScript, failure: Partial<ReplyFailure> = {}) =>
  script.send({
    type: 'reply-failed',
    replyId: script.replyId,
    failure: { ...FAILURE, ...failure },
  });

const said = (script: TurnScript) =>
  script.effects.flatMap((effect) => (effect.type === 'say' ? [effect.phrase] : []));

test('a filler comes 900 ms into a tool, 1800 ms into thought, and not twice in a row', () => {
  const tool = thinking().reply('tools-started').wait(899);
  assert.deepEqual(said(tool), []);
  assert.deepEqual(said(tool.wait(1)), ['filler']);
  assert.deepEqual(said(thinking().wait(1800)), ['filler']);
  assert.deepEqual(said(tool.reply('reply-audible').wait(2000).reply('reply-drained').wait(4999)), [
    'filler',
  ]);
  assert.deepEqual(said(tool.wait(1)), ['filler', 'filler']);
});

test('no filler while the agent sounds, and none while the caller speaks', () => {
  assert.deepEqual(said(thinking().reply('reply-audible').reply('tools-started').wait(5000)), []);
  assert.deepEqual(said(thinking().speechStarts().wait(5000)), []);
});

test('at most three fillers in one answer', () => {
  const script = thinking().reply('tools-started');
  for (let i = 0; i < 6; i += 1) {
    script.wait(5000).reply('reply-audible').wait(1000).reply('reply-drained');
  }
  assert.equal(said(script).length, 3);
});

test('a failure before a sound is tried again, then with the fallback, then there is an apology', () => {
  const script = fail(fail(fail(thinking())));
  assert.deepEqual(
    script.effects.map((effect) => ('use' in effect ? effect.use : effect.type)),
    ['same', 'fallback', 'say'],
  );
  assert.deepEqual(said(script), ['apology']);
});

test('what would not help is not tried', () => {
  assert.equal(fail(thinking(), { retryable: false }).last('retry-reply').use, 'fallback');
  assert.deepEqual(said(fail(thinking(), { retryable: false, hasFallback: false })), ['apology']);
  assert.deepEqual(said(fail(thinking(), { partlySpoken: true })), ['apology']);
});

test('voice and model have an attempt each', () => {
  const script = fail(fail(thinking()), { source: 'voice' });
  assert.deepEqual(
    script.effects.flatMap((effect) =>
      effect.type === 'retry-reply' ? [`${effect.source} ${effect.use}`] : [],
    ),
    ['model same', 'voice same'],
  );
});

test('an apology that fails ends the call', () => {
  const script = fail(fail(thinking(), { partlySpoken: true }), {
    source: 'voice',
    partlySpoken: true,
  });
  assert.equal(script.last('end-call').reason, 'provider-failure');
});

test('an answer that was heard forgives the failures before it', () => {
  const script = fail(thinking(), { partlySpoken: true })
    .reply('reply-audible')
    .reply('reply-played');
  assert.equal(script.state.failedAnswers, 1);
  script.speechStarts().wait(500).final('¿qué horario tienen?').speechEnds().wait(300);
  script.reply('reply-audible').reply('reply-played');
  assert.equal(script.state.failedAnswers, 0);
});

test('a prepared answer that fails is no failure: the turn asks anew', () => {
  const script = new TurnScript()
    .greeted()
    .speechStarts()
    .wait(900)
    .interim('¿qué horario tienen?');
  fail(script);
  assert.deepEqual(script.names, ['start-reply', 'discard-reply']);
  script.speechEnds().wait(300);
  assert.deepEqual(script.names.slice(2), ['start-reply', 'commit-reply']);
});

test('silence is asked about twice, then the call ends; a word in between begins anew', () => {
  const script = new TurnScript().greeted();
  const heard = () => script.reply('reply-audible').wait(1000).reply('reply-played');
  script.wait(8000);
  heard().wait(8000);
  heard();
  script.speechStarts().wait(500).final('¿aló?').speechEnds().wait(500);
  heard().wait(8000);
  heard().wait(8000);
  heard().wait(8000);
  assert.deepEqual(said(script), [
    'idle-prompt',
    'idle-prompt',
    'idle-prompt',
    'idle-prompt',
    'idle-goodbye',
  ]);
  heard();
  assert.equal(script.last('end-call').reason, 'idle');
});

test('the agent hangs up when its last words were heard, not before', () => {
  const script = thinking().reply('hang-up-requested').reply('reply-audible').wait(3000);
  assert.equal(script.count('end-call'), 0);
  assert.equal(script.reply('reply-played').last('end-call').reason, 'agent-hung-up');
});

test('"gracias, hasta luego" over a goodbye does not stop it, a question does', () => {
  const polite = thinking()
    .reply('hang-up-requested')
    .reply('reply-audible')
    .wait(500)
    .speechStarts();
  polite.wait(300).interim('gracias hasta luego').wait(900).speechEnds();
  assert.equal(polite.count('hold-reply') + polite.count('interrupt-reply'), 0);
  const asking = thinking()
    .reply('hang-up-requested')
    .reply('reply-audible')
    .wait(500)
    .speechStarts();
  asking.wait(300).interim('una pregunta').speechEnds().wait(60_000);
  assert.equal(asking.count('end-call'), 0);
  assert.equal(asking.count('commit-reply'), 1);
});

test('a person takes over when the words were heard, or when they take too long', () => {
  const script = thinking().reply('transfer-requested').reply('reply-audible').wait(3000);
  assert.equal(script.count('end-call'), 0);
  assert.equal(script.reply('reply-played').last('end-call').reason, 'transferred');
  const stuck = thinking().reply('transfer-requested').wait(15_000);
  assert.equal(stuck.last('end-call').reason, 'transferred');
});

test('no filler once a transfer was asked for, and a question takes it back', () => {
  const script = thinking().reply('transfer-requested').wait(5000);
  assert.deepEqual(said(script), []);
  script.reply('reply-audible').wait(500).speechStarts();
  script.wait(300).interim('una pregunta').speechEnds().wait(60_000);
  assert.equal(script.count('end-call'), 0);
  assert.equal(script.count('commit-reply'), 1);
});

test('last words that never end do not keep the line open', () => {
  const script = thinking().reply('hang-up-requested').wait(15_000);
  assert.equal(script.last('end-call').reason, 'agent-hung-up');
});

test('the longest call ends with an explanation that nobody can stop', () => {
  const script = new TurnScript().answering().wait(1_800_000);
  assert.deepEqual(script.names.slice(0, 2), ['interrupt-reply', 'say']);
  assert.equal(script.last('say').phrase, 'time-limit');
  script.reply('reply-audible').speechStarts().wait(900).interim('no cuelgue por favor');
  assert.equal(script.count('interrupt-reply'), 1);
  assert.equal(script.reply('reply-played').last('end-call').reason, 'time-limit');
});

/** The agent says goodbye 800 ms before the call reaches its limit. */
function goodbyeAtTheLimit(beginsToSound = true): TurnScript {
  const script = new TurnScript(turnOptions('es-CL', { limits: { maxCallMs: 10_000 } }));
  script.greeted().speechStarts().wait(900).interim('¿qué horario tienen?').speechEnds().wait(400);
  script.reply('hang-up-requested');
  if (beginsToSound) script.reply('reply-audible');
  script.effects.length = 0;
  return script.wait(9200 - script.clock.monotonicMs());
}

test('a goodbye over which the call reaches its limit is not taken back, and keeps its reason', () => {
  const script = goodbyeAtTheLimit().wait(900).speechStarts();
  script.wait(600).interim('una pregunta').speechEnds().wait(1000);
  assert.deepEqual(script.names, []);
  assert.equal(script.reply('reply-played').last('end-call').reason, 'agent-hung-up');
});

test('one that was silenced for a word goes on at the limit', () => {
  const script = goodbyeAtTheLimit().speechStarts().wait(799);
  assert.deepEqual(script.names, ['hold-reply']);
  script.wait(1);
  assert.deepEqual(script.names, ['hold-reply', 'resume-reply']);
  script.interim('una pregunta').wait(1000);
  assert.deepEqual(script.names, ['hold-reply', 'resume-reply']);
  assert.equal(script.reply('reply-played').last('end-call').reason, 'agent-hung-up');
});

test('nor does a late wording of the question take it back before it sounds', () => {
  const script = goodbyeAtTheLimit(false).wait(900);
  script.final('¿qué horario tienen los sábados en Maipú?').wait(3000);
  assert.deepEqual(script.names, ['correct-turn']);
  assert.equal(
    script.reply('reply-audible').reply('reply-played').last('end-call').reason,
    'agent-hung-up',
  );
});

test('after the end nothing happens any more, and no timer is left', () => {
  const script = new TurnScript().answering().wait(1_800_000).reply('reply-played');
  assert.equal(script.last('end-call').reason, 'time-limit');
  const before = script.effects.length;
  script.speechStarts().interim('hola').final('hola').wait(3_600_000);
  assert.equal(script.effects.length, before);
  assert.equal(script.clock.pendingTimers, 0);
});

const resumed = (
  owes: 'nothing' | 'answer' | 'repetition',
  { bridged = false, elapsedMs = 0, hearsAgain = false } = {},
) => new TurnScript().send({ type: 'call-resumed', elapsedMs, owes, bridged, hearsAgain });

test('who takes over a call listens, and does not greet again', () => {
  const script = resumed('nothing');
  assert.deepEqual(script.names, []);
  assert.equal(script.wait(8000).last('say').phrase, 'idle-prompt');
});

test('who takes over answers what is waiting, behind a word unless there was one', () => {
  const script = resumed('answer');
  assert.deepEqual(script.names, ['answer-history', 'say']);
  assert.equal(script.last('say').phrase, 'bridge');
  assert.deepEqual(resumed('answer', { bridged: true }).names, ['answer-history']);
});

test('who takes over asks for what was not understood to be said again', () => {
  assert.equal(resumed('repetition').last('say').phrase, 'apology');
});

test('who hears no words in what was to be heard again asks for it after 3 s', () => {
  const script = resumed('nothing', { hearsAgain: true }).speechStarts().speechEnds().wait(2999);
  assert.deepEqual(said(script), []);
  assert.deepEqual(said(script.wait(1)), ['apology']);
});

test('who hears words in it, or what is said or typed meanwhile, does not', () => {
  for (const hear of [
    (script: TurnScript) => script.final('¿qué horario tienen?'),
    (script: TurnScript) => script.wait(2990).interim('¿qué'),
    (script: TurnScript) => script.wait(2900).speechStarts(),
    (script: TurnScript) => script.wait(2900).presses('7'),
  ]) {
    const script = hear(resumed('nothing', { hearsAgain: true })).wait(3000);
    assert.ok(!said(script).includes('apology'), script.names.join());
  }
});

test('a call that is taken over has no more time than it had', () => {
  const script = resumed('nothing', { elapsedMs: 1_795_000 }).wait(5000);
  assert.equal(script.last('say').phrase, 'time-limit');
});
