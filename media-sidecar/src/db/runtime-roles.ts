import type { PoolClient } from 'pg';

export const runtimeRoles = ['voice_tenant', 'voice_system'] as const;

interface RoleRow {
  readonly role: string;
  readonly powerful: boolean;
  readonly owns_tables: boolean;
  readonly inherits_power: boolean;
}

/**
 * Refuses to run when row level security would not bind the roles that queries run under.
 * @throws Error that names the role
 */
export async function assertRuntimeRoles(client: PoolClient): Promise<void> {
  const { rows } = await client.query<RoleRow>(
    `select r.rolname as role,
            r.rolsuper or r.rolbypassrls or r.rolcreaterole or r.rolcanlogin as powerful,
            exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace
                     where n.nspname = 'app' and c.relkind in ('r', 'p', 'v', 'm')
                       and c.relowner = r.oid) as owns_tables,
            exists (select from pg_roles o
                     where o.oid <> r.oid and pg_has_role(r.oid, o.oid, 'MEMBER')
                       and (o.rolsuper or o.rolbypassrls or o.rolname = any ($1))) as inherits_power
       from pg_roles r where r.rolname = any ($1)`,
    [[...runtimeRoles]],
  );
  for (const role of runtimeRoles) {
    const row = rows.find((each) => each.role === role);
    if (row === undefined) throw new Error(`database role ${role} is missing`);
    if (row.powerful || row.owns_tables || row.inherits_power) {
      throw new Error(`database role ${role} could get around row level security`);
    }
  }
}
