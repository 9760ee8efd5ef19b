import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { built } from './package.ts';

const { findPersonalData, kinds } = built<{
  findPersonalData(
    text: string,
    options: { kinds: readonly string[]; names: readonly string[] },
  ): Array<{ kind: string; start: number; end: number }>;
  kinds: readonly string[];
}>('nodes/VoiceAnalyzer/redaction/find');
const { Redactor } = built<{
  Redactor: new (options: object) => {
    text(text: string): string;
    deep<T>(value: T): T;
    counts: object;
  };
}>('nodes/VoiceAnalyzer/redaction/redact');
const checks = built<{
  isCard(digits: string): boolean;
  isIban(code: string): boolean;
  isRut(number: string, digit: string): boolean;
  isDniOrNie(code: string): boolean;
}>('nodes/VoiceAnalyzer/redaction/checkDigits');

const found = (text: string, names: string[] = []) =>
  findPersonalData(text, { kinds, names }).map(({ kind, start, end }) => [
    kind,
    text.slice(start, end),
  ]);

const personal: Array<[text: string, kind: string, value: string]> = [
  ['Mi RUT es 12.345.678-5.', 'rut', '12.345.678-5'],
  ['es 12345678-5, anote', 'rut', '12345678-5'],
  ['el 6 millones no: 6.824.160-K', 'rut', '6.824.160-K'],
  ['doce: 12345678 guion 5', 'rut', '12345678 guion 5'],
  ['mi rut es 12.345.678-9, creo', 'rut', '12.345.678-9'],
  ['DNI 12345678Z, por favor', 'nationalId', '12345678Z'],
  ['el NIE X1234567L', 'nationalId', 'X1234567L'],
  ['Llámeme al +56 9 1234 5678', 'phone', '+56 9 1234 5678'],
  ['mi celular es el 912345678', 'phone', '912345678'],
  ['mi fono es 2 2345 678', 'phone', '2 2345 678'],
  ['móvil 612 34 56 78', 'phone', '612 34 56 78'],
  ['Call me at (212) 555-0187 98', 'phone', '(212) 555-0187 98'],
  ['escríbame a ana.perez+auto@correo.example.cl', 'email', 'ana.perez+auto@correo.example.cl'],
  ['es ana punto perez arroba gmail punto com', 'email', 'ana punto perez arroba gmail punto com'],
  ['la tarjeta 4111 1111 1111 1111', 'card', '4111 1111 1111 1111'],
  ['mi tarjeta es la 4111 1111 1111 1112', 'card', '4111 1111 1111 1112'],
  ['amex 378282246310005.', 'card', '378282246310005'],
  ['IBAN ES91 2100 0418 4502 0005 1332 del banco', 'iban', 'ES91 2100 0418 4502 0005 1332'],
  ['vivo en Avenida Apoquindo 4500, depto 12', 'address', 'Avenida Apoquindo 4500, depto 12'],
  ['Calle de la Princesa 27, Madrid', 'address', 'Calle de la Princesa 27'],
  ['at 221 Baker Street, please', 'address', '221 Baker Street'],
];
for (const [text, kind, value] of personal) {
  test(`finds the ${kind} in "${text}"`, () => assert.deepEqual(found(text), [[kind, value]]));
}

const harmless = [
  'Cuesta 12.990.000 pesos',
  'Son $ 129990000 con IVA',
  'El auto es 2019 y tiene 120.000 kilómetros',
  'La orden 12345678',
  'El código 12.345.678-9 de la factura',
  'El envío 4111 1111 1111 1112',
  'DNI 12345678A',
  'A las 10:30 del 21/11/2026',
  'Camino bien desde ayer',
  'el 11111111111111',
];
for (const text of harmless) {
  test(`leaves "${text}" alone`, () => assert.deepEqual(found(text), []));
}

test('known names as words of their own, in any case', () => {
  assert.deepEqual(found('Soy ANA  PÉREZ, no Anabel', ['Ana Pérez', 'Ana']), [
    ['name', 'ANA  PÉREZ'],
  ]);
});

test('only the chosen kinds', () => {
  const text = 'ana@example.cl y 912345678';
  assert.deepEqual(
    findPersonalData(text, { kinds: ['email'], names: [] }).map(({ kind }) => kind),
    ['email'],
  );
});

describe('check digits', () => {
  test('card, IBAN, RUT, DNI and NIE', () => {
    assert.ok(checks.isCard('5555555555554444') && !checks.isCard('5555555555554445'));
    assert.ok(!checks.isCard('0000000000000000'));
    assert.ok(checks.isIban('GB82WEST12345698765432') && !checks.isIban('GB82WEST12345698765433'));
    assert.ok(checks.isRut('11111111', '1') && !checks.isRut('11111111', '2'));
    assert.ok(checks.isRut('6824160', 'k'));
    assert.ok(checks.isDniOrNie('00000000T') && !checks.isDniOrNie('00000000R'));
    assert.ok(checks.isDniOrNie('Y0000000Z') && !checks.isDniOrNie('Z00000000T'));
  });
});

describe('replacements', () => {
  const options = { kinds, names: [], further: [] };

  test('the same value gets the same number', () => {
    const redactor = new Redactor({ ...options, style: 'number' });
    assert.equal(
      redactor.text('a@b.cl, c@d.cl, A@B.cl y 912345678'),
      '[EMAIL_1], [EMAIL_2], [EMAIL_1] y [PHONE_1]',
    );
    assert.deepEqual(redactor.counts, { email: 3, phone: 1 });
  });

  test('a mask keeps two characters', () => {
    const redactor = new Redactor({ ...options, style: 'mask' });
    assert.equal(redactor.text('al 912345678'), 'al ***78');
  });

  test('reach into results, however deep, and leave names of fields and numbers alone', () => {
    const redactor = new Redactor({
      ...options,
      style: 'label',
      further: [{ kind: 'name', text: 'Ana' }],
    });
    assert.deepEqual(
      redactor.deep({
        summary: 'Ana llama',
        items: [{ quote: 'al 912345678', turn: 3 }],
        Ana: null,
      }),
      { summary: '[NAME] llama', items: [{ quote: 'al [PHONE]', turn: 3 }], Ana: null },
    );
  });
});
