import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';

import type { IConnections, IDataObject, INode, INodeProperties, INodeType } from 'n8n-workflow';

import { instance, root } from './package.ts';

interface Workflow {
  id: string;
  name: string;
  nodes: INode[];
  connections: IConnections;
}

const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as {
  name: string;
  n8n: { nodes: string[] };
};
const ours = new Map(
  manifest.n8n.nodes.map((path) => {
    const node = instance<INodeType>(path.replace(/^dist\//, '').replace(/\.js$/, ''));
    return [`${manifest.name}.${node.description.name}`, node];
  }),
);

/** n8n's own nodes that the workflows use. */
const builtIn = new Set(
  ['stickyNote', 'code', 'dataTable', 'emailSend', 'googleSheets', 'if', 'scheduleTrigger'].map(
    (name) => `n8n-nodes-base.${name}`,
  ),
);

/** The fields that are shown for these parameters, with the values of the defaults filled in. */
function fieldsFor(node: INode, properties: INodeProperties[]): Map<string, INodeProperties> {
  const values: IDataObject = {};
  for (const { name, default: value } of properties) values[name] ??= value as never;
  Object.assign(values, node.parameters);
  const shown = properties.filter(({ displayOptions }) =>
    Object.entries(displayOptions?.show ?? {}).every(([name, allowed]) =>
      (allowed as unknown[]).includes(values[name]),
    ),
  );
  return new Map(shown.map((field) => [field.name, field]));
}

function checkValue(field: INodeProperties, value: unknown, where: string) {
  if (typeof value === 'string' && value.startsWith('=')) return;
  const choices = (field.options ?? []).map((option) => (option as { value?: unknown }).value);
  if (field.type === 'options') assert.ok(choices.includes(value), `${where}: ${String(value)}`);
  if (field.type === 'multiOptions' && choices.length > 0) {
    for (const one of value as unknown[])
      assert.ok(choices.includes(one), `${where}: ${String(one)}`);
  }
  if (field.type !== 'collection') return;
  for (const [name, inner] of Object.entries(value as IDataObject)) {
    const option = (field.options as INodeProperties[]).find((one) => one.name === name);
    assert.ok(option, `${where}.${name} does not exist`);
    checkValue(option, inner, `${where}.${name}`);
  }
}

for (const path of globSync('workflows/**/*.json', { cwd: root })) {
  const workflow = JSON.parse(readFileSync(`${root}${path}`, 'utf8')) as Workflow;
  const byName = new Map(workflow.nodes.map((node) => [node.name, node]));

  test(`${path}: each node and each of its parameters exists`, () => {
    for (const node of workflow.nodes) {
      const type = ours.get(node.type);
      assert.ok(type ?? builtIn.has(node.type), `${node.name} is of the unknown type ${node.type}`);
      if (!type) continue;
      assert.equal(node.typeVersion, type.description.version);
      const fields = fieldsFor(node, type.description.properties);
      for (const [name, value] of Object.entries(node.parameters)) {
        const field = fields.get(name);
        assert.ok(field, `${node.name}: ${name} does not exist for these parameters`);
        checkValue(field, value, `${node.name}: ${name}`);
      }
      const needed = (type.description.credentials ?? []).filter(({ displayOptions }) =>
        Object.entries(displayOptions?.show ?? {}).every(([name, allowed]) =>
          (allowed as unknown[]).includes(node.parameters[name]),
        ),
      );
      assert.deepEqual(
        Object.keys(node.credentials ?? {}).sort(),
        needed.map(({ name }) => name).sort(),
        `${node.name}: credentials`,
      );
    }
  });

  test(`${path}: its connections lead from and to nodes that exist, and none is left out`, () => {
    const reached = new Set<string>();
    for (const [from, { main = [] }] of Object.entries(workflow.connections)) {
      assert.ok(byName.has(from), from);
      for (const { node } of main.flatMap((list) => list ?? [])) {
        assert.ok(byName.has(node), node);
        reached.add(node);
      }
    }
    for (const { name, type } of workflow.nodes) {
      if (type.endsWith('.stickyNote') || type.endsWith('Trigger')) continue;
      assert.ok(reached.has(name), `${name} is never reached`);
    }
  });

  test(`${path}: can be imported without a screen`, () => {
    assert.match(workflow.id, /^[A-Za-z0-9]{10,36}$/);
    const ids = workflow.nodes.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
    const triggers = workflow.nodes.filter(
      ({ type }) => ours.has(type) && type.endsWith('Trigger'),
    );
    const webhookIds = triggers.map(({ webhookId }) => webhookId);
    assert.ok(webhookIds.every((id) => /^[0-9a-f-]{36}$/.test(id ?? '')));
    assert.equal(new Set(webhookIds).size, webhookIds.length);
    for (const { credentials = {} } of workflow.nodes) {
      for (const { id, name } of Object.values(credentials)) assert.ok(id && name);
    }
  });
}

test('every template that finds the tenant refuses an unknown number with words', () => {
  const refusals = globSync('workflows/**/*.json', { cwd: root }).flatMap((path) =>
    (JSON.parse(readFileSync(`${root}${path}`, 'utf8')) as Workflow).nodes
      .filter(({ parameters }) => parameters.resolveTenant === true)
      .map(({ parameters }) => `${path}: ${String(parameters.unknownNumber)}`),
  );
  assert.deepEqual(
    refusals.sort(),
    ['contact-center', 'live-transcription', 'realtime-assistant', 'realtime-sip'].map(
      (name) => `workflows/${name}/${name}.json: say`,
    ),
  );
});

// What the two Code nodes of the contact center do, as n8n runs them: once per item, with $json.

const contactCenter = JSON.parse(
  readFileSync(`${root}workflows/contact-center/contact-center.json`, 'utf8'),
) as Workflow;

function runCode(name: string, $json: object): IDataObject {
  const node = contactCenter.nodes.find((one) => one.name === name);
  const code = `(() => {${String(node?.parameters.jsCode)}})()`;
  const result = runInNewContext(code, { $json }) as { json: IDataObject };
  return JSON.parse(JSON.stringify(result.json)) as IDataObject;
}

const facts = {
  address: 'Avenida Vicuña Mackenna 1234, Santiago',
  openingHours: 'lunes a viernes de 9 a 18 horas',
  services: [
    { name: 'Cambio de aceite y filtro', priceClp: 49990, duration: 'una hora' },
    { name: 'Mantención de 10.000 kilómetros', priceClp: 129990 },
  ],
};

const questions: Array<[asked: IDataObject, found: boolean, answer: RegExp]> = [
  [{ tema: 'horario' }, true, /lunes a viernes de 9 a 18/],
  [{ tema: 'direccion' }, true, /Vicuña Mackenna 1234/],
  [{ tema: 'servicios' }, true, /Cambio de aceite y filtro, Mantención/],
  [{ tema: 'precio', servicio: 'el aceite' }, true, /cuesta 49[.,]990 pesos y demora una hora/],
  [{ tema: 'precio', servicio: 'MANTENCION' }, true, /cuesta 129[.,]990 pesos\./],
  [{ tema: 'precio', servicio: 'pintura' }, false, /No encuentro ese servicio\. Tenemos: Cambio/],
  [{ tema: 'precio' }, false, /No encuentro ese servicio/],
  [{ tema: 'clima' }, false, /Puedo informar/],
];
for (const [asked, found, answer] of questions) {
  test(`the live tool answers ${JSON.stringify(asked)}`, () => {
    const reply = runCode("Answer From the Tenant's Facts", {
      arguments: asked,
      tenant: { facts },
    });
    assert.equal(reply.encontrado, found);
    assert.match(String(reply.respuesta), answer);
  });
}

test('the live tool reads facts in Spanish, and invents no price', () => {
  const spanish = {
    horario: 'Lunes a viernes.',
    direccion: 'Calle Mayor 1.',
    servicios: ['alineación', { nombre: 'Cambio de aceite', precioClp: 49990 }],
  };
  const ask = (asked: IDataObject) =>
    runCode("Answer From the Tenant's Facts", { arguments: asked, tenant: { facts: spanish } });
  assert.equal(ask({ tema: 'horario' }).respuesta, 'El horario de atención es: Lunes a viernes.');
  assert.equal(ask({ tema: 'direccion' }).respuesta, 'La dirección es Calle Mayor 1.');
  assert.equal(ask({ tema: 'precio', servicio: 'aceite' }).precioClp, 49990);
  const unpriced = ask({ tema: 'precio', servicio: 'alineacion' });
  assert.equal(unpriced.encontrado, false);
  assert.match(String(unpriced.respuesta), /no tengo su precio/);
});

test('the live tool says what it does not know instead of inventing it', () => {
  for (const tema of ['horario', 'direccion', 'servicios', 'precio']) {
    const reply = runCode("Answer From the Tenant's Facts", { arguments: { tema }, tenant: {} });
    assert.equal(reply.encontrado, false);
  }
});

test('the summary counts what was said, and works for a call without a word', () => {
  const call = {
    id: 'c1',
    callSid: 'CA1',
    endReason: 'caller-hung-up',
    durationMs: 41_600,
    turns: [
      { role: 'agent', text: 'Hola', interrupted: true },
      { role: 'caller', text: 'Eh' },
      { role: 'caller', text: '¿Qué horario tienen?' },
    ],
  };
  const row = runCode('Summarise the Call', {
    type: 'call.completed',
    call,
    tenant: { slug: 'a' },
    transcript: 't',
  });
  assert.equal(row.durationSeconds, 42);
  assert.equal(row.interruptions, 1);
  assert.equal(row.question, '¿Qué horario tienen?');
  assert.equal(row.outcome, 'caller-hung-up');
  const silent = runCode('Summarise the Call', {
    type: 'call.failed',
    call: { id: 'c2' },
    tenant: null,
    transcript: '',
  });
  assert.equal(silent.outcome, 'failed');
  assert.match(String(silent.summary), /sin consulta/);
});
