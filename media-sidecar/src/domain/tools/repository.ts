import type { Selectable } from 'kysely';
import type { SystemDb, TenantDb } from '../../db/database.ts';
import type { PlatformToolsTable } from '../../db/schema.ts';
import { json } from '../../db/sql.ts';

export interface StoredTool {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly parameters: Record<string, unknown>;
  readonly url: string;
  readonly deadlineMs: number;
  readonly sealedSecret: Buffer;
}

/*
 * A tool belongs to a tenant, or to the platform, which offers it to all. Which of the two tables is
 * meant follows from the transaction.
 */

export async function insertTool(tx: TenantDb | SystemDb, tool: StoredTool): Promise<void> {
  const row = {
    id: tool.id,
    name: tool.name,
    description: tool.description,
    parameters: json(tool.parameters),
    url: tool.url,
    deadline_ms: tool.deadlineMs,
    sealed_secret: tool.sealedSecret,
  };
  await (
    tx.scope === 'tenant'
      ? tx.db.insertInto('tools').values({ tenant_id: tx.tenantId, ...row })
      : tx.db.insertInto('platform_tools').values(row)
  ).execute();
}

export async function listTools(tx: TenantDb | SystemDb): Promise<StoredTool[]> {
  const rows = await (tx.scope === 'tenant'
    ? tx.db.selectFrom('tools').selectAll().orderBy('name').execute()
    : tx.db.selectFrom('platform_tools').selectAll().orderBy('name').execute());
  return rows.map(toTool);
}

export async function findTool(
  tx: TenantDb | SystemDb,
  id: string,
): Promise<StoredTool | undefined> {
  const row = await (tx.scope === 'tenant'
    ? tx.db.selectFrom('tools').selectAll().where('id', '=', id).executeTakeFirst()
    : tx.db.selectFrom('platform_tools').selectAll().where('id', '=', id).executeTakeFirst());
  return row && toTool(row);
}

/** @returns whether there was one */
export async function deleteTool(tx: TenantDb | SystemDb, id: string): Promise<boolean> {
  const { numDeletedRows } = await (tx.scope === 'tenant'
    ? tx.db.deleteFrom('tools').where('id', '=', id).executeTakeFirst()
    : tx.db.deleteFrom('platform_tools').where('id', '=', id).executeTakeFirst());
  return numDeletedRows > 0n;
}

/** Forgets the tool of this name if it is offered at this address. */
export async function deleteToolAt(
  tx: TenantDb | SystemDb,
  { name, url }: Pick<StoredTool, 'name' | 'url'>,
): Promise<void> {
  await (
    tx.scope === 'tenant'
      ? tx.db.deleteFrom('tools').where('name', '=', name).where('url', '=', url)
      : tx.db.deleteFrom('platform_tools').where('name', '=', name).where('url', '=', url)
  ).execute();
}

export async function tenantOfTool(tx: SystemDb, id: string): Promise<string | undefined> {
  const row = await tx.db
    .selectFrom('tools')
    .select('tenant_id')
    .where('id', '=', id)
    .executeTakeFirst();
  return row?.tenant_id;
}

function toTool(row: Selectable<PlatformToolsTable>): StoredTool {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    parameters: row.parameters as Record<string, unknown>,
    url: row.url,
    deadlineMs: row.deadline_ms,
    sealedSecret: row.sealed_secret,
  };
}
