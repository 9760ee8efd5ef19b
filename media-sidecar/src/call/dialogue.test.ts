import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Dialogue } from './dialogue.ts';

test('holds both sides in order, and a turn that has not ended only for the question', () => {
  const dialogue = new Dialogue();
  dialogue.add([{ role: 'agent', text: 'Hola.' }]);
  dialogue.callerSaid('t1', 'busco un auto');
  dialogue.add([]);
  assert.deepEqual(dialogue.messages('de color'), [
    { role: 'agent', text: 'Hola.' },
    { role: 'caller', text: 'busco un auto' },
    { role: 'caller', text: 'de color' },
  ]);
  assert.equal(dialogue.messages().length, 2);
});

test('a late wording replaces that of its turn, wherever it stands', () => {
  const dialogue = new Dialogue();
  dialogue.callerSaid('t1', 'a Lima');
  dialogue.add([{ role: 'agent', text: 'No vamos.' }]);
  dialogue.correct('t1', 'a Viña');
  dialogue.correct('t9', 'nunca dicho');
  assert.deepEqual(dialogue.messages()[0], { role: 'caller', text: 'a Viña' });
});

test('a reopened turn leaves, but not when something followed it', () => {
  const dialogue = new Dialogue();
  dialogue.callerSaid('t1', 'uno');
  dialogue.reopen('t1');
  assert.deepEqual(dialogue.messages(), []);
  dialogue.callerSaid('t2', 'dos');
  dialogue.add([{ role: 'agent', text: 'ya' }]);
  dialogue.reopen('t2');
  assert.equal(dialogue.messages().length, 2);
});

test('a turn that was heard once more keeps its place, under its new name', () => {
  const dialogue = new Dialogue();
  dialogue.callerSaid('c1', 'busco');
  dialogue.add([{ role: 'agent', text: 'Un momento.' }]);
  assert.equal(dialogue.textOf('c1'), 'busco');
  dialogue.callerSaid('t1', 'busco un auto', 'c1');
  dialogue.correct('t1', 'busco un Audi');
  dialogue.callerSaid('t2', 'rojo', 'c1');
  assert.deepEqual(dialogue.messages(), [
    { role: 'caller', text: 'busco un Audi' },
    { role: 'agent', text: 'Un momento.' },
    { role: 'caller', text: 'rojo' },
  ]);
  assert.equal(dialogue.textOf('c1'), undefined);
});
