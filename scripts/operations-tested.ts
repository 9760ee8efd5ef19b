import { existsSync, readFileSync } from 'node:fs';

import { packageOperations } from './operations.ts';

/**
 * The table of operations, and whether the tests ran each of them in n8n's engine.
 * @param logFile what the runs wrote down, see test/engine/operation-log.ts
 */
export function operationsTested(logFile: string): { table: string; notTested: string[] } {
  const ran = new Map<string, number>();
  for (const line of existsSync(logFile) ? readFileSync(logFile, 'utf8').split('\n') : []) {
    if (line) ran.set(line, (ran.get(line) ?? 0) + 1);
  }
  const rows = packageOperations().map(({ node, nodeName, resource, operation }) => ({
    label: [nodeName, resource, operation].filter(Boolean).join(' / '),
    runs: ran.get([node, resource, operation].join('\t')) ?? 0,
  }));
  const width = Math.max(...rows.map(({ label }) => label.length));
  const notTested = rows.filter(({ runs }) => runs === 0).map(({ label }) => label);
  const table = [
    `${'operation'.padEnd(width)}  runs in the engine`,
    ...rows.map(
      ({ label, runs }) => `${label.padEnd(width)}  ${runs > 0 ? String(runs) : 'NOT TESTED'}`,
    ),
    `operations: ${String(rows.length)}, tested: ${String(rows.length - notTested.length)}, not tested: ${notTested.length === 0 ? 'none' : String(notTested.length)}`,
  ].join('\n');
  return { table, notTested };
}
