import { appendFileSync } from 'node:fs';

/** Where the runs of a whole test run are written down, one `node resource operation` a line. */
export const operationLogVariable = 'OPERATION_LOG';

export interface RanOperation {
  /** The node's `name`, e.g. `twilioVoice`. */
  readonly node: string;
  readonly resource: string;
  readonly operation: string;
}

/** Notes that an operation ran to its end in the real engine; the table of `npm test` counts these. */
export function noteOperation({ node, resource, operation }: RanOperation): void {
  const file = process.env[operationLogVariable];
  if (file) appendFileSync(file, `${[node, resource, operation].join('\t')}\n`);
}
