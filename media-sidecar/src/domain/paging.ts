import { sql, type RawBuilder } from 'kysely';
import { z } from 'zod';

/** Where a page begins that is ordered by time, newest first: behind this row. */
export const timePositionSchema = z.tuple([z.iso.datetime(), z.uuid()]);
export type TimePosition = z.infer<typeof timePositionSchema>;

export interface Page<Position> {
  readonly after: Position | undefined;
  readonly limit: number;
}

/** Whether a row comes behind a position, newest first. */
export function isBehind(
  [at, id]: TimePosition,
  timeColumn: string,
  idColumn: string,
): RawBuilder<boolean> {
  return sql<boolean>`(${sql.ref(timeColumn)}, ${sql.ref(idColumn)}) < (${new Date(at)}, ${id}::uuid)`;
}

/** A pattern for `ILIKE` that finds the text itself, wherever it stands. */
export function containing(text: string): string {
  return `%${text.trim().replaceAll(/[\\%_]/g, '\\$&')}%`;
}
