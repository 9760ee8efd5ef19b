import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';

import { projectDir } from '../playground/paths.ts';
import { packageOperations } from './operations.ts';

/**
 * `npm run docs:nodes`: writes docs/nodes.md from the descriptions of the built nodes. With `--check`,
 * it writes nothing and exits with 1 when the page is not what it would write.
 */
const page = join(projectDir, 'docs/nodes.md');
const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });

const text = await format(nodesPage(), { ...(await resolveConfig(page)), filepath: page });
if (!values.check) {
  await writeFile(page, text);
} else if ((await readFile(page, 'utf8')) !== text) {
  console.error('docs/nodes.md is not up to date: npm run build && npm run docs:nodes');
  process.exitCode = 1;
}

function nodesPage(): string {
  const byNode = Map.groupBy(packageOperations(), ({ nodeName }) => nodeName);
  const tables = [...byNode].map(([name, operations]) =>
    [
      `## ${name}`,
      '',
      '| resource | operation | what it does | credential |',
      '| --- | --- | --- | --- |',
      ...operations.map(({ resourceName, operationName, description, credentials }) =>
        row([resourceName, operationName, description, credentials.join(', ') || 'none']),
      ),
    ].join('\n'),
  );
  return [
    '# Nodes and operations',
    'Made from the descriptions of the nodes by `npm run docs:nodes`; do not edit it by hand. How the nodes behave is told in [the n8n nodes](n8n-nodes.md).',
    ...tables,
    '',
  ].join('\n\n');
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ')).join(' | ')} |`;
}
