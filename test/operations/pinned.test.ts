import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';

import type { WorkflowJson } from '../engine/engine.ts';
import { startCloud, type Cloud } from './cloud.ts';

/**
 * Workflows as n8n exports them, run as a whole in n8n's engine. As in n8n's own tests, what is pinned
 * to a node is what it has to put out: fields that are not pinned may be anything, and `/…/` is a
 * regular expression.
 */
const folder = new URL('pinned/', import.meta.url);

let cloud: Cloud;
before(async () => {
  cloud = await startCloud({ sidecar: true });
  cloud.simulator.telephone('+56987650099', {
    does: 'answer',
    afterMs: 0,
    script: [{ do: 'wait-for-end', timeoutMs: 60_000 }],
  });
});
after(() => cloud[Symbol.asyncDispose]());

for (const file of readdirSync(folder)) {
  test(`pinned: ${file.replace('.json', '').replaceAll('-', ' ')}`, async () => {
    const workflow = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as WorkflowJson;
    const outputs = await cloud.engine.runWorkflow(workflow, cloud.credentials);
    for (const [node, expected] of Object.entries(workflow.pinData)) {
      const items = (outputs.get(node) ?? []).map(({ json }) => json);
      assert.equal(items.length, expected.length, `${node} puts out ${String(items.length)} items`);
      expected.forEach((one, index) => matches(one, items[index], `${node}[${String(index)}]`));
    }
  });
}

function matches(expected: unknown, actual: unknown, place: string): void {
  if (typeof expected === 'string' && expected.startsWith('/')) {
    const [, pattern = '', flags = ''] = /^\/(.*)\/([a-z]*)$/.exec(expected) ?? [];
    assert.match(String(actual), new RegExp(pattern, flags), place);
  } else if (typeof expected === 'object' && expected !== null && !Array.isArray(expected)) {
    for (const [name, value] of Object.entries(expected)) {
      matches(value, (actual as Record<string, unknown> | undefined)?.[name], `${place}.${name}`);
    }
  } else {
    assert.deepEqual(actual, expected, place);
  }
}
