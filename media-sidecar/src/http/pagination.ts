import { z } from 'zod';
import { domainErrors } from '../domain/errors.ts';
import type { Page } from '../domain/paging.ts';

/** What every list takes in its query, beside its filters. */
export const pagingFields = {
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().optional(),
};

/** What a platform key names the tenant with. */
export const tenantQuerySchema = z.strictObject({ tenant: z.string().min(1).max(64).optional() });

export function pageSchema<T extends z.ZodType>(item: T) {
  return z.object({ data: z.array(item), nextCursor: z.string().nullable() });
}

/**
 * One page of a list. A cursor is the position of the last item of the page before, which callers
 * hand back as it is.
 * @param positionSchema what such a position looks like
 * @throws DomainError bad-cursor; and what `list` throws
 */
export async function readPage<Item, Position extends readonly [unknown, ...unknown[]]>(
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
  positionSchema: z.ZodType<Position>,
  list: (page: Page<Position>) => Promise<readonly Item[]>,
  positionOf: (item: Item) => Position,
): Promise<{ data: Item[]; nextCursor: string | null }> {
  const after = cursor === undefined ? undefined : decodeCursor(cursor, positionSchema);
  // One more than the page holds: so it is known whether another page follows.
  const found = await list({ after, limit: limit + 1 });
  const data = found.slice(0, limit);
  const last = data.at(-1);
  const more = found.length > limit && last !== undefined;
  return { data, nextCursor: more ? encodeCursor(positionOf(last)) : null };
}

function encodeCursor(position: readonly unknown[]): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

function decodeCursor<T>(cursor: string, schema: z.ZodType<T>): T {
  try {
    return schema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  } catch {
    throw domainErrors.badCursor();
  }
}
