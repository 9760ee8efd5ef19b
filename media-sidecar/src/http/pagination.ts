import { z } from 'zod';
import { domainErrors } from '../domain/errors.ts';

export const limitSchema = z.coerce.number().int().min(1).max(200).default(50);

/** What a platform key names the tenant with. */
export const tenantQuerySchema = z.strictObject({ tenant: z.string().min(1).max(64).optional() });

export function pageSchema<T extends z.ZodType>(item: T) {
  return z.object({ data: z.array(item), nextCursor: z.string().nullable() });
}

/**
 * One page of what was found, with one more asked for than the page holds: so it is known whether
 * another page follows.
 */
export function pageOf<T>(
  found: readonly T[],
  limit: number,
  positionOf: (item: T) => readonly unknown[],
): { data: T[]; nextCursor: string | null } {
  const data = found.slice(0, limit);
  const last = data.at(-1);
  const more = found.length > limit && last !== undefined;
  return { data, nextCursor: more ? encodeCursor(positionOf(last)) : null };
}

function encodeCursor(position: readonly unknown[]): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/** @throws DomainError bad-cursor */
export function decodeCursor<T>(cursor: string, schema: z.ZodType<T>): T {
  try {
    return schema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  } catch {
    throw domainErrors.badCursor();
  }
}
