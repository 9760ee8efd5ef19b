import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DateTime } from 'luxon';
import type { BusinessHours } from './business-hours.ts';
import { businessHoursSchema, isOpen } from './business-hours.ts';

const santiago = 'America/Santiago';
const at = (local: string, zone = santiago): number => DateTime.fromISO(local, { zone }).toMillis();
const open = (hours: BusinessHours, local: string, zone = santiago): boolean =>
  isOpen(hours, zone, at(local, zone));

// 2026-11-23 is a Monday.
const office: BusinessHours = {
  mon: [
    ['09:00', '13:00'],
    ['14:00', '18:00'],
  ],
};

test('is always open without hours', () => {
  assert.equal(isOpen(null, santiago, 0), true);
});

test('opens at the first minute of a span and closes at its last', () => {
  assert.deepEqual(
    ['08:59', '09:00', '12:59', '13:00', '13:59', '14:00', '17:59', '18:00'].map((time) =>
      open(office, `2026-11-23T${time}`),
    ),
    [false, true, true, false, false, true, true, false],
  );
});

test('is closed on a day that is absent', () => {
  assert.equal(open(office, '2026-11-24T10:00'), false);
});

test("goes by the tenant's own time zone", () => {
  const madrid = at('2026-11-23T10:00', 'Europe/Madrid');
  assert.equal(isOpen(office, 'Europe/Madrid', madrid), true);
  assert.equal(isOpen(office, santiago, madrid), false);
});

test('a span over midnight belongs to the day on which it begins', () => {
  const night: BusinessHours = { fri: [['22:00', '02:00']] };
  assert.deepEqual(
    ['2026-11-27T21:59', '2026-11-27T23:00', '2026-11-28T01:59', '2026-11-28T02:00'].map((t) =>
      open(night, t),
    ),
    [false, true, true, false],
  );
  assert.equal(open(night, '2026-11-27T01:00'), false, 'the night before is another one');
});

test('24:00 closes at midnight', () => {
  const late: BusinessHours = { mon: [['20:00', '24:00']] };
  assert.equal(open(late, '2026-11-23T23:59'), true);
  assert.equal(open(late, '2026-11-24T00:00'), false);
});

test('an exception replaces the hours of its date only', () => {
  const hours: BusinessHours = {
    ...office,
    exceptions: [
      { date: '2026-11-23', hours: [] },
      { date: '2026-11-24', hours: [['10:00', '11:00']] },
    ],
  };
  assert.equal(open(hours, '2026-11-23T10:00'), false);
  assert.equal(open(hours, '2026-11-24T10:30'), true);
  assert.equal(open(hours, '2026-11-30T10:00'), true);
});

test('the night before a closed date is still served to its end', () => {
  const hours: BusinessHours = {
    thu: [['22:00', '02:00']],
    fri: [['22:00', '02:00']],
    exceptions: [{ date: '2026-12-25', hours: [] }],
  };
  assert.equal(open(hours, '2026-12-25T01:00'), true, 'it began on Thursday');
  assert.equal(open(hours, '2026-12-25T23:00'), false);
  assert.equal(open(hours, '2026-12-26T01:00'), false, 'it would have begun on the closed date');
});

test('keeps wall-clock hours on the days on which the clock is changed', () => {
  const sunday: BusinessHours = { sun: [['09:00', '10:00']] };
  // Chile goes to summer time on 2026-09-06, Spain leaves it on 2026-10-25.
  assert.equal(open(sunday, '2026-09-06T09:30'), true);
  assert.equal(open(sunday, '2026-10-25T09:30', 'Europe/Madrid'), true);
  assert.equal(open(sunday, '2026-10-25T10:00', 'Europe/Madrid'), false);
});

test('refuses hours that make no sense', () => {
  const bad: unknown[] = [
    { mon: [['9:00', '18:00']] },
    { mon: [['09:00', '25:00']] },
    { mon: [['24:00', '08:00']] },
    { mon: [['09:00', '09:00']] },
    { mon: [['09:00']] },
    { monday: [['09:00', '18:00']] },
    { exceptions: [{ date: '2026-13-01', hours: [] }] },
    {
      exceptions: [
        { date: '2026-12-25', hours: [] },
        { date: '2026-12-25', hours: [['09:00', '12:00']] },
      ],
    },
  ];
  for (const hours of bad) {
    assert.equal(businessHoursSchema.safeParse(hours).success, false, JSON.stringify(hours));
  }
});
