import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { think } from './brain.ts';
import type { BrainAnswer } from './brain.ts';
import { factsOf } from './facts.ts';
import { parseGenerateRequest } from './request.ts';

const INSTRUCTION = `Eres el asistente telefónico de Automotora Andes. Responde siempre en español y con frases cortas.
No inventes precios.
Automotora Andes vende autos nuevos y usados en Santiago desde 1998.
El horario de atención es de lunes a viernes de 9 a 19 horas.
La sucursal queda en Avenida Apoquindo 4500, Las Condes.
Todos los autos usados tienen garantía de doce meses.
{"formasDePago": ["efectivo", "tarjeta", "crédito a 48 meses"], "telefono": "+56 2 2345 6789"}`;

const CONSULT = {
  name: 'consultar_concesionario',
  description: 'Consulta datos del concesionario: horario, dirección o precio de un servicio.',
  parameters: {
    type: 'OBJECT',
    properties: {
      tema: { type: 'STRING', enum: ['horario', 'direccion', 'precio'] },
      servicio: { type: 'STRING', description: 'El servicio por el que preguntan.' },
    },
    required: ['tema'],
  },
};
const BOOK = {
  name: 'agendar_prueba_de_manejo',
  description: 'Reserva una prueba de manejo para el cliente.',
  parameters: {
    type: 'OBJECT',
    properties: {
      fecha: { type: 'STRING', description: 'El día de la prueba.' },
      nombre: { type: 'STRING' },
    },
    required: ['fecha'],
  },
};
const END = { name: 'end_call', description: 'Ends the phone call after saying goodbye.' };
const HUMAN = {
  name: 'transferir_a_humano',
  description: 'Transfiere la llamada a una persona del equipo de ventas.',
};
const TOOLS = [CONSULT, BOOK, END, HUMAN];

const user = (text: string) => ({ role: 'user', parts: [{ text }] });
const model = (text: string) => ({ role: 'model', parts: [{ text }] });

function ask(contents: object[] | string, extra: object = {}): BrainAnswer {
  return think(
    parseGenerateRequest({
      contents: typeof contents === 'string' ? [user(contents)] : contents,
      systemInstruction: { parts: [{ text: INSTRUCTION }] },
      tools: [{ functionDeclarations: TOOLS }],
      ...extra,
    }),
  );
}

const toolResult = (name: string, response: object, args: object = {}) =>
  ask([
    user('¿Qué horario tienen?'),
    { role: 'model', parts: [{ functionCall: { name, args } }] },
    { role: 'user', parts: [{ functionResponse: { name, response } }] },
  ]);

describe('the choice of a tool', () => {
  const cases: [string, string, object][] = [
    ['Hola, ¿qué horario tienen?', CONSULT.name, { tema: 'horario' }],
    ['¿A qué hora cierran?', CONSULT.name, { tema: 'horario' }],
    ['¿Dónde están ubicados?', CONSULT.name, { tema: 'direccion' }],
    [
      '¿Cuánto cuesta el cambio de aceite?',
      CONSULT.name,
      { tema: 'precio', servicio: 'cambio de aceite' },
    ],
    ['Quiero agendar una prueba de manejo para el viernes', BOOK.name, { fecha: 'viernes' }],
    ['Páseme con una persona, por favor', HUMAN.name, {}],
  ];
  for (const [said, name, args] of cases) {
    it(`hears in "${said}" ${name}`, () => {
      const { calls } = ask(said);
      assert.equal(calls.length, 1);
      assert.equal(calls[0]!.name, name);
      for (const [key, value] of Object.entries(args)) assert.equal(calls[0]!.args[key], value);
    });
  }

  it('asks back for what a tool needs', () => {
    const { text, calls } = ask('Quiero agendar una prueba de manejo');
    assert.deepEqual(calls, []);
    assert.match(text, /el día de la prueba/);
  });

  it('calls nothing in mode NONE, and always in mode ANY', () => {
    const config = (functionCallingConfig: object) => ({ toolConfig: { functionCallingConfig } });
    assert.deepEqual(ask('¿Qué horario tienen?', config({ mode: 'NONE' })).calls, []);
    const any = ask('Mmm', config({ mode: 'ANY', allowedFunctionNames: ['transferir_a_humano'] }));
    assert.equal(any.calls[0]?.name, 'transferir_a_humano');
  });
});

describe('the result of a tool', () => {
  it('becomes a spoken sentence', () => {
    const { text } = toolResult(CONSULT.name, {
      horario: { lunes_a_viernes: '9 a 19', sabado: 'cerrado' },
    });
    assert.equal(
      text,
      'Según la información que tengo, horario: lunes a viernes: 9 a 19, sabado: cerrado. ¿Le puedo ayudar en algo más?',
    );
  });

  it('is said as it is when it is a message', () => {
    assert.match(
      toolResult(CONSULT.name, { result: { mensaje: 'Abrimos de 9 a 19' } }).text,
      /^Abrimos de 9 a 19\. /,
    );
  });

  it('that is an error becomes an apology', () => {
    for (const response of [{ error: 'timeout' }, { ok: false }, { error: { code: 'late' } }]) {
      assert.match(toolResult(CONSULT.name, response).text, /^Disculpe/);
    }
  });

  it('of the end of the call is a short farewell', () => {
    assert.deepEqual(toolResult(END.name, { ok: true }), { text: 'Hasta luego.', calls: [] });
  });
});

describe('a conversation', () => {
  it('ends with a farewell and the tool that ends the call', () => {
    for (const said of ['Adiós', 'No, eso es todo, muchas gracias', 'Chao, hasta luego']) {
      const { text, calls } = ask(said);
      assert.match(text, /Hasta luego/);
      assert.deepEqual(calls, [{ name: 'end_call', args: {} }]);
    }
    const declined = ask([
      user('¿Qué horario tienen?'),
      model('De 9 a 19. ¿Le puedo ayudar en algo más?'),
      user('No, gracias.'),
    ]);
    assert.equal(declined.calls[0]?.name, 'end_call');
    assert.deepEqual(ask('Adiós', { tools: [] }).calls, []);
  });

  it('tells several sentences of facts, and no instructions, when asked to tell', () => {
    const { text } = ask('Cuénteme de la automotora');
    assert.ok(text.split(/[.!?] /).length >= 5, text);
    assert.match(text, /desde 1998/);
    assert.doesNotMatch(text, /inventes|Responde|Eres/);
  });

  it('goes on with what was not told yet', () => {
    const { text } = ask([
      user('Cuénteme de la automotora'),
      model('Automotora Andes vende autos nuevos y usados en Santiago desde 1998.'),
      user('Siga, por favor'),
    ]);
    assert.doesNotMatch(text, /desde 1998/);
    assert.match(text, /garantía/);
  });

  it('answers the new request after an interruption', () => {
    const { calls } = ask([
      user('Cuénteme de la automotora'),
      model('Con mucho gusto le cuento. Automotora Andes vende'),
      user('Perdón, ¿cuál es la dirección?'),
    ]);
    assert.equal(calls[0]?.args['tema'], 'direccion');
  });

  it('finds the fact that answers a question that no tool does', () => {
    const { text } = ask('¿Los autos usados tienen garantía?', { tools: [] });
    assert.match(text, /garantía de doce meses/);
  });

  it('never denies being an artificial intelligence', () => {
    for (const said of [
      '¿Eres un robot?',
      '¿Estoy hablando con una persona?',
      '¿Usted es humano?',
      'Are you a human?',
    ]) {
      assert.match(ask(said).text, /inteligencia artificial|artificial intelligence/);
    }
  });

  it('asks back when it does not understand', () => {
    assert.match(ask('eh').text, /Disculpe/);
    assert.match(ask('xylófono zurdo', { tools: [] }).text, /^Disculpe/);
  });

  it('answers English in English', () => {
    assert.match(ask('Hello, can you tell me about the company?').text, /^I am happy to tell you/);
  });

  it('gives the same answer to the same request', () => {
    assert.deepEqual(ask('Cuénteme de la garantía'), ask('Cuénteme de la garantía'));
  });

  it('fills the schema of a structured answer', () => {
    const { text } = ask('Quiero agendar el viernes, son 2 personas', {
      generationConfig: {
        responseMimeType: 'application/json',
        responseSchema: {
          type: 'OBJECT',
          properties: {
            intencion: { type: 'STRING', enum: ['agendar', 'precio'] },
            personas: { type: 'INTEGER' },
            resumen: { type: 'STRING' },
          },
        },
      },
    });
    assert.deepEqual(JSON.parse(text), {
      intencion: 'agendar',
      personas: 2,
      resumen: 'Quiero agendar el viernes, son 2 personas',
    });
  });
});

describe('facts of a system instruction', () => {
  it('come only from the sections about the business, where there are such', () => {
    const facts = factsOf(
      [
        'Eres el asistente de Automotora Andes.',
        '',
        'Cómo hablas:',
        '- Lo que escribes se convierte en voz. Sin listas.',
        '',
        'Instrucciones de Automotora Andes:',
        '- Automotora Andes vende autos nuevos. Hay auto de reemplazo.',
      ].join('\n'),
    );
    assert.deepEqual(facts, ['Automotora Andes vende autos nuevos.', 'Hay auto de reemplazo.']);
  });

  it('come from all of it, where there is no such section', () => {
    assert.deepEqual(factsOf('La automotora queda en Santiago.'), [
      'La automotora queda en Santiago.',
    ]);
  });
});
