import assert from 'node:assert/strict';
import { test } from 'node:test';

import { built } from './package.ts';

type Value = string | number | boolean | undefined;
interface Understand {
  understand(expected: object, heard: object, now: Date): Value;
}
const { understand } = built<Understand>('nodes/TwilioVoice/conversation/ask/understand');
const { plain } = built<{ plain(text: string): string }>(
  'nodes/TwilioVoice/conversation/ask/words',
);

/** A Saturday; in Santiago (UTC-3) still the evening before. */
const now = new Date('2026-11-21T02:30:00Z');

const said = (expected: object, raw: string) =>
  understand(expected, { input: 'speech', raw, confidence: 0.9 }, now);
const keyed = (expected: object, raw: string) =>
  understand(expected, { input: 'digits', raw, confidence: null }, now);

function table(name: string, expected: object, rows: Array<[raw: string, value: Value]>) {
  for (const [raw, value] of rows) {
    test(`${name}: "${raw}" is ${String(value)}`, () => assert.equal(said(expected, raw), value));
  }
}

table('yes or no', { type: 'yesNo' }, [
  ['Sí', true],
  ['sí, claro', true],
  ['Por supuesto.', true],
  ['claro que sí', true],
  ['¡Cómo no!', true],
  ['Dale', true],
  ['ya', true],
  ['sí, no hay problema', true],
  ['no hay problema', true],
  ['sí, no se preocupe', true],
  ['No', false],
  ['no, gracias', false],
  ['claro que no', false],
  ['para nada', false],
  ['no, está bien', false],
  ['No es correcto', false],
  ['yes, of course', true],
  ['of course not', false],
  ['não', false],
  ['no sé', undefined],
  ['tal vez', undefined],
  ['no estoy seguro', undefined],
  ['quiero hablar con alguien', undefined],
  ['siempre', undefined],
  ['', undefined],
]);

const number = { type: 'number', min: null, max: null, wholeOnly: false };
table('number', number, [
  ['veintitrés', 23],
  ['dos mil quinientos', 2500],
  ['mil novecientos ochenta y siete', 1987],
  ['un millón doscientos mil', 1_200_000],
  ['ciento uno', 101],
  ['treinta y uno', 31],
  ['cero', 0],
  ['un cuatro', 4],
  ['le pongo una nota de cinco', 5],
  ['uno', 1],
  ['una', 1],
  ['tres coma cinco', 3.5],
  ['tres y medio', 3.5],
  ['menos diez', -10],
  ['1.500', 1500],
  ['2,5', 2.5],
  ['son 50 mil pesos', 50_000],
  ['-3', -3],
  ['cuatro, sí, cuatro', 4],
  ['dos o tres', undefined],
  ['no lo sé', undefined],
]);

test('a number is held to its bounds, and to be whole', () => {
  const rating = { type: 'number', min: 1, max: 5, wholeOnly: true };
  assert.equal(said(rating, 'cinco'), 5);
  assert.equal(said(rating, 'seis'), undefined);
  assert.equal(said(rating, 'cero'), undefined);
  assert.equal(said(rating, 'tres y medio'), undefined);
  assert.equal(keyed(rating, '4'), 4);
  assert.equal(keyed(rating, '9'), undefined);
  assert.equal(keyed({ ...rating, wholeOnly: false }, '2*5'), 2.5);
  assert.equal(keyed(rating, '*'), undefined);
});

const menu = {
  type: 'choice',
  choices: [
    { value: 'ventas', synonyms: ['comprar', 'auto nuevo'], key: '1' },
    { value: 'taller', synonyms: ['servicio técnico', 'mantención'], key: '2' },
    { value: 'repuestos', synonyms: [], key: '3' },
    { value: 'repuestos usados', synonyms: [], key: '' },
  ],
};
table('choice', menu, [
  ['Ventas', 'ventas'],
  ['quiero comprar un auto', 'ventas'],
  ['la mantencion por favor', 'taller'],
  ['servicio tecnico', 'taller'],
  ['repuestos usados', 'repuestos usados'],
  ['los repuestos', 'repuestos'],
  ['la opción dos', 'taller'],
  ['la primera', 'ventas'],
  ['el 3', 'repuestos'],
  ['tallel', 'taller'],
  ['ventas o taller', undefined],
  ['la opción nueve', undefined],
  ['hola', undefined],
]);

test('a key chooses, and an unused one does not', () => {
  assert.equal(keyed(menu, '3'), 'repuestos');
  assert.equal(keyed(menu, '4'), undefined);
  assert.equal(keyed(menu, ''), undefined);
});

const date = (direction: string, timeZone = 'America/Santiago') => ({
  type: 'date',
  timeZone,
  direction,
});
table('date ahead, on Friday the 20th of November 2026', date('future'), [
  ['hoy', '2026-11-20'],
  ['mañana', '2026-11-21'],
  ['mañana por la mañana', '2026-11-21'],
  ['pasado mañana', '2026-11-22'],
  ['el lunes', '2026-11-23'],
  ['este viernes', '2026-11-27'],
  ['el quince de marzo', '2027-03-15'],
  ['el primero de diciembre', '2026-12-01'],
  ['15 de marzo de 2028', '2028-03-15'],
  ['quince de marzo del dos mil veintiocho', '2028-03-15'],
  ['15/03', '2027-03-15'],
  ['15-3-27', '2027-03-15'],
  ['2027-01-31', '2027-01-31'],
  ['el veinticinco', '2026-11-25'],
  ['el lunes veintitrés', '2026-11-23'],
  ['el diez', '2026-12-10'],
  ['en tres días', '2026-11-23'],
  ['dentro de dos semanas', '2026-12-04'],
  ['en un mes', '2026-12-20'],
  ['el 31 de febrero', undefined],
  ['31/04', undefined],
  ['ayer', undefined],
  ['el 20 de noviembre de 2025', undefined],
  ['cuando pueda', undefined],
]);
table('date behind', date('past'), [
  ['ayer', '2026-11-19'],
  ['anteayer', '2026-11-18'],
  ['el lunes', '2026-11-16'],
  ['el viernes pasado', '2026-11-13'],
  ['hace una semana', '2026-11-13'],
  ['el quince de marzo', '2026-03-15'],
  ['el treinta', '2026-10-30'],
  ['mañana', undefined],
]);
table('date anywhere is the nearest', date('any'), [
  ['2 de enero', '2027-01-02'],
  ['15 de octubre', '2026-10-15'],
]);

test('what day it is depends on the time zone', () => {
  assert.equal(said(date('future', 'Europe/Madrid'), 'hoy'), '2026-11-21');
  assert.equal(said(date('future'), 'hoy'), '2026-11-20');
});

test('a date by keys is day, month and, if given, year', () => {
  assert.equal(keyed(date('future'), '1503'), '2027-03-15');
  assert.equal(keyed(date('future'), '150328'), '2028-03-15');
  assert.equal(keyed(date('future'), '15032028'), '2028-03-15');
  assert.equal(keyed(date('future'), '3104'), undefined);
  assert.equal(keyed(date('future'), '15'), undefined);
});

table('Chilean phone number', { type: 'phone', region: 'CL' }, [
  ['nueve ochenta y siete sesenta y cinco cuarenta y tres veintiuno cero', undefined],
  ['nueve ochenta y siete sesenta y cinco cuarenta y tres veintiuno', '+56987654321'],
  ['nueve ocho siete seis cinco cuatro tres dos uno', '+56987654321'],
  ['9 8765 4321', '+56987654321'],
  ['es el nueve doble ocho siete seis cinco cuatro tres dos', '+56988765432'],
  ['más cincuenta y seis nueve 8765 4321', '+56987654321'],
  ['56 9 8765 4321', '+56987654321'],
  ['+34 612 34 56 78', '+34612345678'],
  ['+34 112', undefined],
  ['dos dos dos tres cuatro cinco seis siete ocho', '+56222345678'],
  ['cuatro dos', undefined],
]);
table('Spanish phone number', { type: 'phone', region: 'ES' }, [
  ['seiscientos doce, treinta y cuatro, cincuenta y seis, setenta y ocho', '+34612345678'],
  ['0056987654321', '+56987654321'],
]);

test('a phone number by keys', () => {
  assert.equal(keyed({ type: 'phone', region: 'CL' }, '987654321'), '+56987654321');
  assert.equal(keyed({ type: 'phone', region: 'CL' }, '0987654321'), '+56987654321');
  assert.equal(keyed({ type: 'phone', region: 'CL' }, '1234'), undefined);
});

test('free text is whatever was said, without the space around it', () => {
  assert.equal(said({ type: 'text' }, ' Juan Pérez '), 'Juan Pérez');
  assert.equal(keyed({ type: 'text' }, '1234'), '1234');
  assert.equal(said({ type: 'text' }, '  '), undefined);
});

test('words are compared without accents, case and punctuation', () => {
  assert.equal(plain('¡Sí, Señor!'), 'si senor');
});
