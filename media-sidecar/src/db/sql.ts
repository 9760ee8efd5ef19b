import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';

/** A value for a JSON column. `pg` would write a JavaScript array as a PostgreSQL array. */
export function json<T>(value: T): RawBuilder<T> {
  return sql<T>`${JSON.stringify(value)}::jsonb`;
}

/** SQLSTATE of a database error, if it is one. */
export function sqlState(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  // No class of SQLSTATE begins with E, as the codes of Node do: EPIPE.
  return typeof error.code === 'string' && /^(?!E)[0-9A-Z]{5}$/.test(error.code)
    ? error.code
    : undefined;
}

/** Name of the constraint that an error is about, if it is about one. */
export function violatedConstraint(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('constraint' in error)) return undefined;
  return typeof error.constraint === 'string' ? error.constraint : undefined;
}
