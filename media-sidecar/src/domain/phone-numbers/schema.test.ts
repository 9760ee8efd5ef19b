import assert from 'node:assert/strict';
import { test } from 'node:test';
import { phoneNumberSchema } from './schema.ts';

test('takes numbers of Chile, Spain and elsewhere in E.164', () => {
  for (const number of [
    '+56912345678',
    '+56221234567',
    '+34911234567',
    '+34612345678',
    '+12025550123',
  ]) {
    assert.equal(phoneNumberSchema.safeParse(number).success, true, number);
  }
});

test('refuses what is no phone number', () => {
  for (const number of [
    '',
    '56912345678',
    '+',
    '+0123456789',
    '+56 9 1234 5678',
    '+5691',
    '+99912345678',
    '+569123456789012',
    'anonymous',
    "+56912345678'",
  ]) {
    assert.equal(phoneNumberSchema.safeParse(number).success, false, number);
  }
});
