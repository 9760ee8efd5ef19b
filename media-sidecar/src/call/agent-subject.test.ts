import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agentSubject } from './agent-subject.ts';
import type { ClaimedSession } from './ports.ts';
import { fakeSession } from './testing/fake-session.ts';

function subjectOf(session: Partial<ClaimedSession>) {
  const warned: object[] = [];
  const warn = (fields: object) => void warned.push(fields);
  return { subject: agentSubject(fakeSession(session), { warn }), warned };
}

const words = (count: number, name: string, value: string) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`${name}${index}`, value]));
const bytesOf = (data: object) => Buffer.byteLength(JSON.stringify(data));

test('an agent is told all that is known, in its order', () => {
  const variables = { pedido: '7', ...words(10, 'dato', 'a'.repeat(400)) };
  const attributes = { company: 'Viña Sur', notes: 'ñ'.repeat(2000) };
  const { subject, warned } = subjectOf({ variables, contact: { name: 'Ana', attributes } });
  assert.deepEqual(subject.variables, variables);
  assert.deepEqual(subject.contactAttributes, attributes);
  assert.deepEqual(Object.keys(subject.variables), Object.keys(variables));
  assert.deepEqual(warned, []);
});

test('beyond what instructions have room for, entries are left out whole, and none is told of in the log', () => {
  const variables = words(50, 'dato', 'a'.repeat(2000));
  const attributes = { notes: 'b'.repeat(2000), role: 'Buyer' };
  const { subject, warned } = subjectOf({ variables, contact: { attributes } });
  assert.deepEqual(subject.variables, words(5, 'dato', 'a'.repeat(2000)));
  assert.deepEqual(subject.contactAttributes, { role: 'Buyer' });
  const { callId } = fakeSession();
  assert.deepEqual(warned, [{ callId, leftOut: 46 }]);
});

test('the room is in bytes: words in another script need more of it', () => {
  const { subject } = subjectOf({ variables: words(50, 'd', '語'.repeat(1000)) });
  assert.equal(Object.keys(subject.variables).length, 3);
  assert.ok(bytesOf(subject.variables) <= 12_000);
});
