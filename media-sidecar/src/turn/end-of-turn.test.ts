import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultTurnOptions, turnOptions } from './options.ts';
import { TurnScript } from './testing/turn-script.ts';

test('complete words end the turn 300 ms after the speech, open ones 500, unfinished ones 3000', () => {
  for (const [words, delayMs] of [
    ['¿qué horario tienen?', 300],
    ['busco una camioneta usada', 500],
    ['quiero una hora para el', 3000],
  ] as const) {
    const script = new TurnScript().greeted().speechStarts().wait(1000).interim(words).wait(100);
    script.speechEnds().wait(delayMs - 1);
    assert.equal(script.count('commit-reply'), 0, words);
    assert.equal(script.wait(1).count('commit-reply'), 1, words);
    assert.equal(script.last('commit-reply').turn.text, words);
  }
});

test('the wait counts from the end of the speech, not from when it was noticed', () => {
  const script = new TurnScript()
    .greeted()
    .speechStarts()
    .wait(1000)
    .interim('¿hay hora?')
    .wait(300);
  script.send({ type: 'speech-ended', atMs: script.clock.monotonicMs() - 200 });
  assert.equal(script.wait(100).count('commit-reply'), 1);
});

test('nothing ends while the caller speaks', () => {
  const script = new TurnScript()
    .greeted()
    .speechStarts()
    .interim('¿qué horario tienen?')
    .wait(9000);
  assert.equal(script.count('commit-reply'), 0);
});

test('a transcript that comes late ends the turn when it has settled', () => {
  const script = new TurnScript().greeted().speechStarts().wait(1000).speechEnds().wait(900);
  assert.equal(script.count('commit-reply'), 0);
  script.interim('¿qué horario tienen?').wait(99);
  assert.equal(script.count('commit-reply'), 0);
  assert.equal(script.wait(1).count('commit-reply'), 1);
});

test('a late final ends the turn at once', () => {
  const script = new TurnScript().greeted().speechStarts().wait(1000).speechEnds().wait(900);
  assert.equal(script.final('¿qué horario tienen?').count('commit-reply'), 1);
  assert.equal(script.last('commit-reply').turn.settled, true);
});

test('voice without words is no turn, and silence is waited for again', () => {
  const script = new TurnScript().greeted().speechStarts().wait(400).speechEnds().wait(3000);
  assert.deepEqual(script.names, []);
  assert.ok(script.pending('idle'));
});

test('hesitation is no turn', () => {
  const script = new TurnScript()
    .greeted()
    .speechStarts()
    .wait(300)
    .interim('eh')
    .speechEnds()
    .wait(3500);
  assert.equal(script.count('commit-reply'), 0);
});

test('words that no voice activity noticed are a turn all the same', () => {
  const script = new TurnScript().greeted().interim('¿qué horario tienen?').wait(300);
  assert.equal(script.count('commit-reply'), 1);
});

test('several finals are one turn', () => {
  const script = new TurnScript()
    .greeted()
    .speechStarts()
    .wait(500)
    .final('busco un auto')
    .wait(300);
  script.interim('de color rojo por favor').speechEnds().wait(300);
  assert.equal(script.last('commit-reply').turn.text, 'busco un auto de color rojo por favor');
});

test('prepares at most three answers in one turn, and none for an unstable or unfinished text', () => {
  const script = new TurnScript().greeted().speechStarts().wait(500);
  script.interim('¿tienen autos?', 0.3).interim('¿tienen autos de?').interim('tienen autos de');
  assert.equal(script.count('start-reply'), 1);
  script
    .interim('¿tienen rojos?')
    .interim('¿tienen azules?')
    .interim('¿tienen verdes?')
    .interim('¿tienen negros?');
  assert.equal(script.count('start-reply'), 3);
  assert.equal(script.count('discard-reply'), 3);
});

test('prepares nothing for speech of more than ten seconds', () => {
  const script = new TurnScript()
    .greeted()
    .speechStarts()
    .wait(10_500)
    .interim('¿qué horario tienen?')
    .speechEnds();
  assert.equal(script.count('start-reply'), 0);
  script.wait(300);
  assert.deepEqual(script.names, ['start-reply', 'commit-reply']);
});

test('a prepared answer is kept when only its spelling changes', () => {
  const script = new TurnScript().greeted().speechStarts().wait(500).interim('qué horario tienen');
  script.speechEnds().wait(100).final('¿Qué horario tienen?').wait(300);
  assert.deepEqual(script.names, ['start-reply', 'commit-reply']);
});

test('a late final with other words before any sound withdraws the answer and gives another', () => {
  const script = new TurnScript()
    .greeted()
    .speechStarts()
    .wait(800)
    .interim('van a Lima hoy')
    .speechEnds()
    .wait(500);
  assert.equal(script.count('commit-reply'), 1);
  script.wait(300).final('¿Van a Viña hoy?');
  assert.equal(script.last('discard-reply').reopened, true);
  assert.equal(script.count('commit-reply'), 2);
  assert.equal(script.last('commit-reply').turn.text, '¿Van a Viña hoy?');
});

test('the same final after the first sound only corrects the record', () => {
  const script = new TurnScript()
    .greeted()
    .speechStarts()
    .wait(800)
    .interim('van a Lima hoy')
    .speechEnds()
    .wait(500);
  script.reply('reply-audible').wait(300).final('¿Van a Viña hoy?');
  assert.equal(script.last('correct-turn').text, '¿Van a Viña hoy?');
  assert.equal(script.count('discard-reply') + script.count('interrupt-reply'), 0);
});

test('courtesy that follows the question does not restart the answer', () => {
  const script = new TurnScript()
    .greeted()
    .speechStarts()
    .wait(800)
    .interim('¿qué horario tienen?')
    .speechEnds();
  script.wait(320).speechStarts().wait(300).final('¿Qué horario tienen? gracias').speechEnds();
  assert.equal(script.count('discard-reply'), 0);
  assert.equal(script.last('correct-turn').text, '¿Qué horario tienen? gracias');
});

test('a caller who goes on before any sound has one turn with all the words', () => {
  const script = new TurnScript()
    .greeted()
    .speechStarts()
    .wait(800)
    .interim('¿qué horario tienen?')
    .speechEnds();
  script
    .wait(320)
    .speechStarts()
    .wait(600)
    .interim('¿qué horario tienen? en Maipú los sábados')
    .speechEnds()
    .wait(500);
  assert.equal(script.last('commit-reply').turn.text, '¿qué horario tienen? en Maipú los sábados');
  assert.equal(script.count('commit-reply'), 2);
});

test("learns the caller's pauses only when asked to", () => {
  const pausing = (script: TurnScript) => {
    script.greeted();
    for (let i = 0; i < 8; i += 1) {
      script
        .speechStarts()
        .wait(600)
        .final(`quiero ver la opción número dos y`)
        .speechEnds()
        .wait(1500);
    }
    return script.state.learnedDelayMs;
  };
  assert.equal(pausing(new TurnScript()), 500);
  const learned = pausing(new TurnScript(turnOptions('es-CL', { endOfTurn: { dynamic: true } })));
  assert.ok(learned > 900 && learned < 1500, String(learned));
});

test('keys are passed on together after a pause, at once with "#"', () => {
  const script = new TurnScript().greeted();
  script.presses('1').wait(1000).presses('2').wait(1499);
  assert.equal(script.count('commit-reply'), 0);
  assert.equal(script.wait(1).last('commit-reply').turn.text, '[DTMF 12]');
  const quick = new TurnScript().greeted().presses('#').wait(0);
  assert.equal(quick.last('commit-reply').turn.text, '[DTMF #]');
});

test('keys pressed during a protected greeting wait for its end', () => {
  const script = new TurnScript().send({ type: 'call-started' }).reply('reply-audible');
  script.presses('3').wait(2000);
  assert.equal(script.count('commit-reply'), 0);
  assert.equal(script.reply('reply-played').wait(0).last('commit-reply').turn.text, '[DTMF 3]');
});

test('keys pressed across the end of a protected greeting are passed on together', () => {
  const script = new TurnScript().send({ type: 'call-started' }).reply('reply-audible');
  script.presses('1').wait(200).reply('reply-played').wait(300).presses('2').wait(1499);
  assert.equal(script.count('commit-reply'), 0);
  assert.equal(script.wait(1).count('commit-reply'), 1);
  assert.equal(script.last('commit-reply').turn.text, '[DTMF 12]');
});

test('a key and words over a protected greeting are one turn when the words take the floor', () => {
  const script = new TurnScript().send({ type: 'call-started' }).reply('reply-audible');
  script.presses('3').wait(2000).speechStarts().wait(600).interim('quiero una hora').speechEnds();
  script.send({ type: 'protection-ended', replyId: script.replyId }).wait(0);
  assert.equal(script.count('interrupt-reply'), 1);
  assert.equal(script.last('commit-reply').turn.text, 'quiero una hora [DTMF 3]');
});

test('keys that waited for the end of a greeting end nothing in mid-sentence', () => {
  for (const end of ['protection-ended', 'reply-played'] as const) {
    const script = new TurnScript().send({ type: 'call-started' }).reply('reply-audible');
    script.presses('3').wait(2000).speechStarts().wait(600).interim('quiero');
    script.send({ type: end, replyId: script.replyId }).wait(400);
    assert.equal(script.count('commit-reply'), 0, end);
    script.interim('quiero una hora').wait(400).speechEnds().wait(0);
    assert.equal(script.count('commit-reply'), 1, end);
    assert.equal(script.last('commit-reply').turn.text, 'quiero una hora [DTMF 3]');
  }
});

test('a key pressed beside speech is passed on with the words, and the answer knows of both', () => {
  const script = new TurnScript().greeted().speechStarts().wait(600).final('sí').speechEnds();
  script.presses('1').wait(1600);
  assert.deepEqual(script.names, ['start-reply', 'discard-reply', 'start-reply', 'commit-reply']);
  assert.equal(script.last('start-reply').text, 'sí [DTMF 1]');
  assert.equal(script.last('commit-reply').turn.text, 'sí [DTMF 1]');
});

test('speech that ends, or a final that comes, after the key waits for the keys', () => {
  const script = new TurnScript().greeted().speechStarts().wait(600).presses('1').wait(200);
  script.speechEnds().wait(500).final('sí').wait(799);
  assert.deepEqual(script.names, []);
  assert.equal(script.wait(1).count('commit-reply'), 1);
  assert.equal(script.last('commit-reply').turn.text, 'sí [DTMF 1]');
});

test('a caller who speaks on when the keys are passed on has one turn with words and keys', () => {
  const script = new TurnScript().greeted().speechStarts().wait(600).interim('quiero una hora');
  script.presses('1').wait(1500);
  assert.equal(script.last('commit-reply').turn.text, 'quiero una hora [DTMF 1]');
  script.wait(300).interim('quiero una hora mañana').speechEnds().wait(500);
  assert.equal(script.count('commit-reply'), 2);
  assert.equal(script.last('commit-reply').turn.text, '[DTMF 1] quiero una hora mañana');
});

test('a late final after a key that reopened the turn does not leave the key behind', () => {
  const script = new TurnScript().greeted().speechStarts().wait(600).interim('sí').speechEnds();
  script.wait(300).presses('1');
  assert.equal(script.last('discard-reply').reopened, true);
  script.wait(200).final('Sí.').wait(1299);
  assert.equal(script.count('commit-reply'), 1);
  assert.equal(script.wait(1).count('commit-reply'), 2);
  assert.equal(script.last('commit-reply').turn.text, 'sí [DTMF 1]');
});

test('"#" ends words and keys at once, and a late final takes no key away', () => {
  const script = new TurnScript().greeted().speechStarts().wait(600).interim('van a Lima hoy');
  script.speechEnds().wait(100).presses('1').wait(50).presses('#').wait(0);
  assert.equal(script.last('commit-reply').turn.text, 'van a Lima hoy [DTMF 1#]');
  script.wait(200).final('¿Van a Lima hoy?');
  assert.equal(script.last('correct-turn').text, '¿Van a Lima hoy? [DTMF 1#]');
  assert.equal(script.count('commit-reply'), 1);
});

test('other words in a late final are answered anew with the keys', () => {
  const pressed = () =>
    new TurnScript()
      .greeted()
      .speechStarts()
      .wait(600)
      .interim('van a Lima hoy')
      .speechEnds()
      .presses('#')
      .wait(200);
  const final = pressed().final('¿Van a Viña hoy?').wait(500);
  assert.equal(final.count('commit-reply'), 2);
  assert.equal(final.last('commit-reply').turn.text, '¿Van a Viña hoy? [DTMF #]');
  const interim = pressed().interim('van a Viña hoy').wait(100).final('¿Van a Viña hoy?').wait(500);
  assert.equal(interim.last('commit-reply').turn.text, '[DTMF #] ¿Van a Viña hoy?');
});

test('delays that contradict each other are refused', () => {
  assert.throws(() => turnOptions('es-CL', { endOfTurn: { minDelayMs: 4000 } }), RangeError);
  assert.throws(() => turnOptions('es-CL', { endOfTurn: { completeDelayMs: 600 } }), RangeError);
  assert.deepEqual(turnOptions('es-CL'), defaultTurnOptions);
});
