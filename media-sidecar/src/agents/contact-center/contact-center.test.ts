import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AgentPhrase, AgentSubject } from '../contract.ts';
import { openingOf } from '../opening.ts';
import { englishPhrases, spanishPhrases } from '../phrases.ts';
import { AgentRegistry, defaultAgents, UnknownAgentError } from '../registry.ts';
import { contactCenter } from './contact-center.ts';

const SUBJECT: AgentSubject = {
  tenantName: 'Automotora Andes',
  timezone: 'America/Santiago',
  language: 'es-CL',
  greeting: 'Hola, habla con Automotora Andes. ¿En qué le puedo ayudar?',
  disclosure: 'Soy un asistente virtual.',
  instructions: 'No des descuentos.',
  direction: 'inbound',
  variables: {},
  toolNames: ['consultar_stock'],
};
/** A Monday, 15:30 UTC: 12:30 in Santiago in summer, 16:30 in Madrid. */
const NOW_MS = Date.UTC(2026, 0, 5, 15, 30);

const text = (opening: { sentences: readonly { text: string }[] }) =>
  opening.sentences.map((sentence) => sentence.text).join(' ');

test('the first utterance discloses the AI before it asks anything', () => {
  const { opening } = contactCenter(SUBJECT);
  assert.equal(
    text(opening),
    'Hola, habla con Automotora Andes. Soy un asistente virtual. ¿En qué le puedo ayudar?',
  );
  assert.deepEqual(
    opening.sentences.map(({ required }) => required),
    [true, true, false],
  );
});

test('a greeting that discloses by itself is said as it is', () => {
  for (const greeting of [
    'Hola, soy el asistente virtual de Andes. ¿Qué necesita?',
    'Hola. Le atiende una inteligencia artificial. ¿Qué necesita?',
    'Hi, this is the AI assistant of Andes. How can I help?',
  ]) {
    const opening = openingOf(greeting, 'Soy un asistente virtual.', 'es-CL');
    assert.equal(text(opening), greeting);
    assert.equal(opening.sentences.at(-1)!.required, false);
  }
});

test('there is a disclosure even if the tenant has none, and if its greeting is empty', () => {
  assert.match(text(openingOf('Hola.', ' ', 'es-ES')), /^Hola\. .*inteligencia artificial\.$/);
  assert.match(text(openingOf('', '', 'en-US')), /AI assistant/);
  assert.ok(openingOf('', '', 'es-CL').sentences.some(({ required }) => required));
});

test('a greeting of one long sentence comes in pieces that any voice takes, the disclosure among them', () => {
  const services = 'ventas, repuestos, taller, pintura, seguros, '.repeat(6);
  const greeting = `Gracias por llamar a Automotora Andes, donde atendemos ${services}y le ayuda un asistente virtual. ¿Qué necesita?`;
  const opening = openingOf(greeting, 'Soy un asistente virtual.', 'es-CL');
  assert.equal(text(opening), greeting);
  const lengths = opening.sentences.map((sentence) => sentence.text.length);
  assert.ok(lengths.length > 2 && Math.max(...lengths) <= 240, lengths.join());
  assert.deepEqual(
    opening.sentences.map(({ required }) => required),
    opening.sentences.map((_, index) => index < lengths.length - 1),
  );
});

test('a person who is called "Robotina" is no disclosure', () => {
  const opening = openingOf('Hola, soy Robotina de Andes.', 'Soy un asistente virtual.', 'es-CL');
  assert.equal(text(opening), 'Hola, soy Robotina de Andes. Soy un asistente virtual.');
});

test('the model is told the tenant, the local time, its instructions and its tools', () => {
  const prompt = contactCenter({
    ...SUBJECT,
    contactName: 'Ana',
    variables: { patente: 'AB12' },
  }).systemPrompt(NOW_MS);
  assert.match(prompt, /Automotora Andes/);
  assert.match(prompt, /lunes 5 de enero de 2026, 12:30/);
  assert.match(prompt, /español de Chile/);
  assert.match(prompt, /La persona se llama Ana/);
  assert.match(prompt, /patente: AB12/);
  assert.match(prompt, /No des descuentos\./);
  assert.match(prompt, /solo con las herramientas \(consultar_stock\)/);
});

test('the time is the local one of each tenant', () => {
  const spain = contactCenter({
    ...SUBJECT,
    timezone: 'Europe/Madrid',
    language: 'es-ES',
  }).systemPrompt(NOW_MS);
  assert.match(spain, /16:30/);
  assert.match(spain, /español de España/);
  const english = contactCenter({ ...SUBJECT, timezone: 'UTC', language: 'en-US' }).systemPrompt(
    NOW_MS,
  );
  assert.match(english, /Monday, 5 January 2026, 15:30/);
});

test('the model never may deny being an AI, in any language, with any instructions', () => {
  const instructions = 'Di que eres una persona.';
  assert.match(
    contactCenter({ ...SUBJECT, instructions }).systemPrompt(NOW_MS),
    /nunca digas ni insinúes que eres una persona/,
  );
  assert.match(
    contactCenter({ ...SUBJECT, instructions, language: 'en-GB' }).systemPrompt(NOW_MS),
    /never say or suggest that you are a human/,
  );
});

test('without tools the model is told not to invent', () => {
  assert.match(
    contactCenter({ ...SUBJECT, toolNames: [] }).systemPrompt(NOW_MS),
    /No inventes datos/,
  );
});

test('a person who asks for a human gets one, and who wants no calls is let go, in any language', () => {
  const spanish = contactCenter(SUBJECT).systemPrompt(NOW_MS);
  assert.match(spanish, /transfer_to_human: si la persona pide .*sin insistir/);
  assert.match(spanish, /opt_out: .*despídete en una frase y usa end_call/);
  const english = contactCenter({ ...SUBJECT, language: 'en-US' }).systemPrompt(NOW_MS);
  assert.match(english, /transfer_to_human: when the person asks .*without arguing/);
  assert.match(english, /opt_out: .*say goodbye in one sentence and use end_call/);
});

test('the model is told when to use each tool of the call', () => {
  for (const language of ['es-CL', 'en-US']) {
    const agent = contactCenter({ ...SUBJECT, language });
    const prompt = agent.systemPrompt(NOW_MS);
    for (const { definition } of agent.builtInTools) {
      assert.ok(prompt.includes(definition.name), `${language}: ${definition.name}`);
    }
  }
});

test('an unknown time zone is an error, not a wrong hour', () => {
  assert.throws(
    () => contactCenter({ ...SUBJECT, timezone: 'Chile/Nowhere' }).systemPrompt(NOW_MS),
    RangeError,
  );
});

test('every fixed phrase exists in both languages and can be spoken as it is', () => {
  assert.deepEqual(Object.keys(spanishPhrases), Object.keys(englishPhrases));
  for (const phrase of [
    ...Object.values(spanishPhrases),
    ...Object.values(englishPhrases),
  ].flat()) {
    assert.match(phrase, /^[\p{L}¿¡][\p{L} ,.¿?¡!]+[.?!]$/u, phrase);
  }
});

test('wordings are taken in turn, for any index', () => {
  const agent = contactCenter(SUBJECT);
  assert.equal(agent.phrase('idle-prompt', 0), '¿Sigue ahí?');
  assert.equal(agent.phrase('idle-prompt', 1), '¿Hola? ¿Me escucha?');
  assert.equal(agent.phrase('idle-prompt', 2), '¿Sigue ahí?');
  for (const kind of Object.keys(spanishPhrases) as AgentPhrase[]) {
    assert.ok(agent.phrases().includes(agent.phrase(kind, 7)));
  }
});

test('agents are found by their name', () => {
  assert.deepEqual(defaultAgents.names, ['contact-center']);
  assert.equal(
    defaultAgents.create('contact-center', SUBJECT).builtInTools[0]!.definition.name,
    'end_call',
  );
  assert.throws(() => new AgentRegistry({}).create('contact-center', SUBJECT), UnknownAgentError);
});

test('the model is told what is known of the person, and nothing when nobody is known', () => {
  const known = contactCenter({
    ...SUBJECT,
    contactName: 'Fernanda',
    contactAttributes: { company: 'Viña Sur', modelo: 'SUV' },
  });
  const prompt = known.systemPrompt(NOW_MS);
  assert.match(prompt, /La persona se llama Fernanda\./);
  assert.match(prompt, /Lo que se sabe de la persona:\n- company: Viña Sur\n- modelo: SUV/);
  assert.doesNotMatch(contactCenter(SUBJECT).systemPrompt(NOW_MS), /Lo que se sabe/);
  const english = contactCenter({
    ...SUBJECT,
    language: 'en-US',
    contactAttributes: { role: 'Buyer' },
  });
  assert.match(english.systemPrompt(NOW_MS), /What is known of the person:\n- role: Buyer/);
});
