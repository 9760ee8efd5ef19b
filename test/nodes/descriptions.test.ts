import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

import type {
  ICredentialType,
  INodeProperties,
  INodePropertyOptions,
  INodeType,
} from 'n8n-workflow';

import { instance, root } from './package.ts';

const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as {
  n8n: { nodes: string[]; credentials: string[] };
};
const load = <T>(path: string) => instance<T>(path.replace(/^dist\//, '').replace(/\.js$/, ''));

/** What the operation fields of a node offer, by resource. */
function operationsOf({ description }: INodeType): Array<[resource: string, operation: string]> {
  return description.properties
    .filter(({ name }) => name === 'operation')
    .flatMap(({ options, displayOptions }) =>
      (displayOptions?.show?.resource ?? []).flatMap((resource) =>
        (options ?? []).map((option): [string, string] => [
          String(resource),
          String((option as { value: string }).value),
        ]),
      ),
    );
}

for (const path of manifest.n8n.nodes) {
  const node = load<INodeType>(path);
  const folder = path.replace(/\/[^/]+$/, '');

  test(`${node.description.name}: previews the output of each operation`, () => {
    for (const [resource, operation] of operationsOf(node)) {
      const schema = `${root}${folder}/__schema__/v1.0.0/${resource}/${operation}.json`;
      assert.ok(existsSync(schema), schema);
      assert.equal((JSON.parse(readFileSync(schema, 'utf8')) as { type: string }).type, 'object');
    }
  });

  test(`${node.description.name}: tells what each operation does`, () => {
    for (const { name, options = [] } of node.description.properties) {
      if (name !== 'operation') continue;
      for (const option of options as INodePropertyOptions[]) {
        assert.ok(option.action, `${option.name} has no action`);
        assert.ok(option.description, `${option.name} has no description`);
      }
      const actions = (options as INodePropertyOptions[]).map(({ action }) => action);
      assert.equal(new Set(actions).size, actions.length, 'two operations read alike');
    }
  });

  test(`${node.description.name}: can be found by other names`, () => {
    const codex = JSON.parse(readFileSync(`${root}${path.replace(/\.js$/, '.json')}`, 'utf8')) as {
      categories: string[];
      alias: string[];
    };
    assert.ok(codex.categories.length > 0);
    assert.ok(codex.alias.length > 0);
  });

  test(`${node.description.name}: each list and option method that a field names exists`, () => {
    const named = JSON.stringify(node.description.properties).matchAll(
      /"(searchListMethod|loadOptionsMethod)":"(\w+)"/g,
    );
    for (const [, kind, name = ''] of named) {
      const methods =
        kind === 'searchListMethod' ? node.methods?.listSearch : node.methods?.loadOptions;
      assert.equal(typeof methods?.[name], 'function', name);
    }
  });

  test(`${node.description.name}: has no two fields of one name for the same operation`, () => {
    const seen = new Set<string>();
    for (const { name, displayOptions } of node.description.properties) {
      const key = `${name} ${JSON.stringify(displayOptions?.show ?? {})}`;
      assert.ok(!seen.has(key), key);
      seen.add(key);
    }
  });
}

test('the credentials ask for secrets as secrets, and are tested against the right address', () => {
  const [twilio, sidecar] = manifest.n8n.credentials.map((path) => load<ICredentialType>(path));
  const secrets = (fields: INodeProperties[] = []) =>
    fields.filter(({ typeOptions }) => typeOptions?.password).map(({ name }) => name);
  assert.deepEqual(secrets(twilio?.properties), ['authToken', 'apiKeySid', 'apiKeySecret']);
  assert.deepEqual(secrets(sidecar?.properties), ['apiKey']);
  assert.equal(
    twilio?.test?.request.url,
    '=/2010-04-01/Accounts/{{ $credentials.accountSid }}.json',
  );
  assert.equal(sidecar?.test?.request.url, '/v1/me');
});
