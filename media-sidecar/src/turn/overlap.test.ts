import assert from 'node:assert/strict';
import { test } from 'node:test';
import { turnOptions } from './options.ts';
import { TurnScript } from './testing/turn-script.ts';

test('speech without words stops the agent after 500 ms', () => {
  const script = new TurnScript().answering().speechStarts().wait(499);
  assert.deepEqual(script.names, []);
  assert.deepEqual(script.wait(1).names, ['hold-reply']);
});

test('shorter noise does nothing', () => {
  const script = new TurnScript().answering().speechStarts().wait(300).speechEnds().wait(3000);
  assert.deepEqual(script.names, []);
});

test('a real word stops it at once and for good', () => {
  const script = new TurnScript().answering().speechStarts().wait(200).interim('espere');
  assert.equal(script.names[0], 'interrupt-reply');
});

test('with two words needed, one word leaves it to the duration', () => {
  const options = turnOptions('es-CL', { interruption: { minWords: 2 } });
  const script = new TurnScript(options).answering().speechStarts().wait(200).interim('espere');
  assert.deepEqual(script.names, []);
  assert.equal(script.interim('espere un').names[0], 'interrupt-reply');
});

test('a backchannel never stops it, however long', () => {
  const script = new TurnScript().answering().speechStarts().wait(300).interim('sí').wait(300);
  script.interim('sí sí').wait(900).speechEnds().final('Sí, sí.').wait(3000);
  assert.equal(script.count('hold-reply') + script.count('interrupt-reply'), 0);
});

test('a backchannel that goes on to real words stops it', () => {
  const script = new TurnScript()
    .answering()
    .speechStarts()
    .wait(200)
    .interim('sí')
    .wait(200)
    .interim('sí pero no hoy');
  assert.equal(script.names[0], 'interrupt-reply');
  script.speechEnds().wait(500);
  assert.equal(script.last('commit-reply').turn.text, 'sí pero no hoy');
});

test('words that a tenant calls a backchannel are one', () => {
  const options = turnOptions('es-CL', { interruption: { backchannels: ['po'] } });
  const script = new TurnScript(options)
    .answering()
    .speechStarts()
    .wait(200)
    .interim('sí po')
    .speechEnds();
  assert.deepEqual(script.names, []);
});

test("at the beginning of the agent's speech a backchannel may count as words", () => {
  const options = turnOptions('es-CL', { interruption: { backchannelStartMs: 2500 } });
  const script = new TurnScript(options).answering().speechStarts().wait(200).interim('sí');
  assert.equal(script.names[0], 'interrupt-reply');
});

test('a backchannel right before the end is an answer, one long before it is none', () => {
  const early = new TurnScript()
    .answering()
    .speechStarts()
    .wait(300)
    .interim('sí')
    .speechEnds()
    .wait(1500);
  early.reply('reply-played').wait(2000);
  assert.equal(early.count('commit-reply'), 0);
  const late = new TurnScript()
    .answering()
    .speechStarts()
    .wait(300)
    .interim('sí')
    .speechEnds()
    .wait(800);
  late.reply('reply-played').wait(300);
  assert.equal(late.last('commit-reply').turn.text, 'sí');
});

test('silence without words for two seconds resumes the agent', () => {
  const script = new TurnScript().answering().speechStarts().wait(700).speechEnds().wait(1999);
  assert.deepEqual(script.names, ['hold-reply']);
  script.wait(1);
  assert.deepEqual(script.last('resume-reply'), {
    type: 'resume-reply',
    replyId: script.replyId,
    falseAlarm: true,
  });
});

test('with only a backchannel said, it resumes as soon as no word follows', () => {
  const script = new TurnScript()
    .answering()
    .speechStarts()
    .wait(700)
    .interim('ajá')
    .speechEnds()
    .wait(500);
  assert.deepEqual(script.names, ['hold-reply', 'resume-reply']);
});

test('new noise puts the resumption off', () => {
  const script = new TurnScript().answering().speechStarts().wait(700).speechEnds().wait(1500);
  script.speechStarts().wait(400).speechEnds().wait(1900);
  assert.equal(script.count('resume-reply'), 0);
  assert.equal(script.wait(100).count('resume-reply'), 1);
});

test('words within the two seconds make it a real interruption', () => {
  const script = new TurnScript()
    .answering()
    .speechStarts()
    .wait(700)
    .speechEnds()
    .wait(900)
    .final('otra cosa');
  assert.deepEqual(script.names.slice(0, 2), ['hold-reply', 'interrupt-reply']);
});

test('a late final of the question does not interrupt its answer', () => {
  const script = new TurnScript()
    .greeted()
    .speechStarts()
    .wait(900)
    .interim('tienen autos rojos')
    .speechEnds()
    .wait(500);
  script.reply('reply-audible').wait(600).final('¿Tienen autos rojos baratos?').wait(3000);
  assert.equal(script.count('interrupt-reply') + script.count('hold-reply'), 0);
});

test('words that a late interim has made the beginning of a turn are not added to the question, too', () => {
  const script = new TurnScript()
    .greeted()
    .speechStarts()
    .wait(900)
    .interim('quiero una hora')
    .speechEnds()
    .wait(1000);
  script.reply('reply-audible').wait(600).interim('quiero una hora para el martes');
  script.final('Quiero una hora para el martes.').wait(3000);
  assert.equal(script.last('correct-turn').text, 'Quiero una hora');
  assert.equal(script.last('commit-reply').turn.text, 'para el martes.');
});

test('an answer that is ready does not begin over a caller who speaks again', () => {
  const script = new TurnScript()
    .greeted()
    .speechStarts()
    .wait(900)
    .interim('¿tienen autos rojos?')
    .speechEnds()
    .wait(350);
  script.speechStarts();
  assert.equal(script.names.at(-1), 'hold-reply');
  script.wait(300).speechEnds().wait(500);
  assert.deepEqual(script.last('resume-reply').falseAlarm, false);
});

test('nothing stops a protected sentence, and words over it count from its end', () => {
  const script = new TurnScript().send({ type: 'call-started' }).reply('reply-audible');
  script.speechStarts().wait(900).interim('quiero una hora').speechEnds().wait(300);
  assert.deepEqual(script.names, ['say']);
  script.send({ type: 'protection-ended', replyId: script.replyId });
  assert.ok(script.names.includes('interrupt-reply'));
});

test('a caller who speaks when the protection ends stops the agent after 500 ms', () => {
  const script = new TurnScript()
    .send({ type: 'call-started' })
    .reply('reply-audible')
    .speechStarts()
    .wait(900);
  script.send({ type: 'protection-ended', replyId: script.replyId }).wait(500);
  assert.equal(script.names.at(-1), 'hold-reply');
});

test('events of a reply that lost the floor are of no account', () => {
  const script = new TurnScript().answering();
  const old = script.replyId;
  script.speechStarts().wait(200).interim('espere');
  const before = script.state;
  script.send({ type: 'reply-played', replyId: old }).send({ type: 'reply-audible', replyId: old });
  assert.deepEqual(script.state, before);
});

test('a step does not change the state that it is given', () => {
  const script = new TurnScript().answering();
  const before = script.state;
  const copy = structuredClone(before);
  script.speechStarts().wait(700).interim('espere un momento').speechEnds();
  assert.deepEqual(before, copy);
});
