import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import type { INode } from 'n8n-workflow';

/** A node of an importable template, with its own parameters. */
export function templateNode(template: string, name: string): INode {
  const file = new URL(`../../workflows/${template}/${template}.json`, import.meta.url);
  const { nodes } = JSON.parse(readFileSync(file, 'utf8')) as { nodes: INode[] };
  const node = nodes.find((one) => one.name === name);
  assert.ok(node, name);
  return node;
}
