import assert from 'node:assert/strict';
import { test } from 'node:test';
import { completenessOf, type Completeness } from './completeness.ts';

function reads(language: string, as: Completeness, ...texts: string[]): void {
  for (const text of texts) assert.equal(completenessOf(text, language), as, text);
}

test('a Spanish sentence does not end with a conjunction, preposition, article or filler', () => {
  reads(
    'es-CL',
    'incomplete',
    'quiero una hora para el',
    'me interesa el rojo y',
    'lo que pasa es que',
    'no puedo porque',
    'quería saber si',
    'busco un auto eh',
    'quiero hablar con este…',
    'necesito',
    'mi nombre es',
    'me llamo',
    'tengo una consulta,',
    '',
  );
});

test('questions and courtesies are complete', () => {
  reads(
    'es-CL',
    'complete',
    '¿tienen hora mañana?',
    'qué horario tienen',
    'cuánto cuesta el rojo',
    'quiero una hora por favor',
    'eso es todo',
    'muchas gracias',
    'me puede llamar mañana',
  );
});

test('a short answer is complete by itself', () => {
  reads('es-ES', 'complete', 'sí', 'no', 'vale', 'claro que sí', 'si', 'Sí, claro.', 'hola');
});

test('a plain statement is open', () => {
  reads('es-CL', 'open', 'quiero agendar una visita', 'busco una camioneta usada', 'eso es');
});

test('only the last sentence is judged', () => {
  reads('es-CL', 'open', '¿Tienen autos rojos? mejor azules');
  reads('es-CL', 'incomplete', 'Muchas gracias. Y también quiero');
});

test('endings that only look unfinished are not', () => {
  reads('es-CL', 'open', 'no gracias no lo quiero', 'así es', 'creo que sí');
});

test('a phone number that is being dictated is not complete before its last group', () => {
  reads(
    'es-CL',
    'incomplete',
    'mi teléfono es el 9 8765',
    'es el número nueve ocho siete',
    '9 12',
    '+56 9 1234',
  );
  reads('es-CL', 'complete', 'mi teléfono es el 9 8765 4321', '912 345 678');
  reads('es-CL', 'open', 'una mesa para 4', 'llego a las 10', 'tengo 25 años ya cumplidos hoy');
});

test('spelled letters and half an address are not complete', () => {
  reads('es-CL', 'incomplete', 'se escribe g o n z', 'ge o ene zeta', 'juan punto perez arroba');
  reads('es-CL', 'open', 'juan arroba gmail punto com');
});

test('English has its own words', () => {
  reads(
    'en-US',
    'incomplete',
    'I would like to book a',
    'because',
    'my name is',
    'um',
    'my number is 555 12',
  );
  reads(
    'en-US',
    'complete',
    'what time do you open',
    'yes',
    'that is all',
    'a table for two please',
  );
  reads('en-US', 'open', 'I am looking for a red car');
});
