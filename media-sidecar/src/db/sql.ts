import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';

/**
 * A value for a JSON column. `pg` would write a JavaScript array as a PostgreSQL array, and PostgreSQL
 * refuses half a character, such as the first half of an emoji where a text was cut.
 */
export function json<T>(value: T): RawBuilder<T> {
  const text = JSON.stringify(value);
  // Only halves are written as escapes: whole characters stand for themselves.
  const hasHalves = /\\ud[89a-f]/i.test(text);
  return sql<T>`${hasHalves ? JSON.stringify(value, wellFormed) : text}::jsonb`;
}

function wellFormed(_key: string, value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed();
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name.toWellFormed(), each]),
  );
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
