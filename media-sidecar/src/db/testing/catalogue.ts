import type { ClientBase, Pool } from 'pg';

/** Tables that belong to the platform: only `voice_system` has any business with their rows. */
export const platformTables = [
  'api_keys',
  'call_leases',
  'platform_do_not_call',
  'platform_subscriptions',
  'platform_tools',
];

/**
 * Uniques that hold across tenants on purpose: addresses, chosen by the platform alone, and the name
 * that OpenAI gives a call, which nobody can guess.
 */
const globalUniques = [
  'tenants_slug_key',
  'phone_numbers_phone_number_key',
  'sessions_open_ai_call_id_key',
];

/** What a tenant's role may read of platform tables. */
const tenantMayRead: Readonly<Record<string, readonly string[]>> = {
  platform_subscriptions: ['events', 'id'],
};

/** Functions that run with their owner's rights. */
const definerFunctions = ['is_on_platform_do_not_call', 'tenant_of_phone_number'];

const tenantExpression = '(tenant_id = ( SELECT app.current_tenant() AS current_tenant))';

interface Table {
  readonly name: string;
  readonly kind: string;
  readonly row_security: boolean;
  readonly forced: boolean;
}

interface Policy {
  readonly table_name: string;
  readonly name: string;
  readonly command: string;
  readonly roles: string;
  readonly using_expression: string | null;
  readonly check_expression: string | null;
  readonly permissive: boolean;
}

/**
 * Reads the catalogue and tells everything by which one tenant's rows could reach another's.
 * @returns one sentence per violation; empty when the rules hold
 */
export async function catalogueViolations(pool: Pool | ClientBase): Promise<string[]> {
  const violations: string[] = [];
  const tables = await query<Table>(
    pool,
    `select c.relname as name, c.relkind::text as kind, c.relrowsecurity as row_security,
            c.relforcerowsecurity as forced
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = 'app' and c.relkind in ('r', 'p', 'v', 'm', 'f') order by 1`,
  );
  const policies = await query<Policy>(
    pool,
    `select p.polrelid::regclass::text as full_name, c.relname as table_name, p.polname as name,
            p.polcmd::text as command, p.polpermissive as permissive,
            (select string_agg(r.rolname, ',' order by r.rolname) from pg_roles r
              where r.oid = any (p.polroles)) as roles,
            pg_get_expr(p.polqual, p.polrelid) as using_expression,
            pg_get_expr(p.polwithcheck, p.polrelid) as check_expression
       from pg_policy p join pg_class c on c.oid = p.polrelid
       join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'app'`,
  );
  for (const { name, kind, row_security, forced } of tables) {
    if (kind !== 'r') violations.push(`${name} is no ordinary table`);
    if (!row_security) violations.push(`${name} has no row level security`);
    if (!forced) violations.push(`${name} does not force row level security`);
    const own = policies.filter((policy) => policy.table_name === name);
    violations.push(
      ...(platformTables.includes(name) ? platformPolicies(name, own) : tenantPolicies(name, own)),
    );
  }
  const tenantTables = tables.map(({ name }) => name).filter((n) => !platformTables.includes(n));
  violations.push(...(await columnsAndKeys(pool, tenantTables)));
  violations.push(...(await grants(pool)));
  violations.push(...(await functions(pool)));
  return violations;
}

function tenantPolicies(table: string, policies: readonly Policy[]): string[] {
  const violations: string[] = [];
  const isolation = policies.filter(({ roles }) => roles === 'voice_tenant');
  if (isolation.length !== 1) {
    violations.push(`${table} has ${String(isolation.length)} policies for tenants instead of 1`);
  }
  for (const policy of policies) {
    const { name, roles, command } = policy;
    if (!policy.permissive) violations.push(`${table}.${name} is restrictive`);
    if (roles === 'voice_tenant') {
      if (command !== '*') violations.push(`${table}.${name} does not hold for every command`);
      if (policy.using_expression !== tenantExpression) violations.push(`${table}.${name}: USING`);
      if (policy.check_expression !== tenantExpression) {
        violations.push(`${table}.${name}: WITH CHECK`);
      }
    } else if (roles === 'voice_system') {
      if (command !== 'r') violations.push(`${table}.${name} lets the platform write`);
    } else {
      violations.push(`${table}.${name} is a policy for other roles`);
    }
  }
  return violations;
}

function platformPolicies(table: string, policies: readonly Policy[]): string[] {
  return policies
    .filter(({ roles, command }) => {
      const fanOut = roles === 'voice_tenant' && command === 'r' && table in tenantMayRead;
      return roles !== 'voice_system' && !fanOut;
    })
    .map(({ name }) => `${table}.${name} is a policy for other roles`);
}

async function columnsAndKeys(
  pool: Pool | ClientBase,
  tenantTables: readonly string[],
): Promise<string[]> {
  const violations: string[] = [];
  const columns = await query<{ table_name: string; is_nullable: string; data_type: string }>(
    pool,
    `select table_name, is_nullable, data_type from information_schema.columns
      where table_schema = 'app' and column_name = 'tenant_id'`,
  );
  for (const table of tenantTables) {
    const column = columns.find((each) => each.table_name === table);
    if (column?.is_nullable !== 'NO' || column.data_type !== 'uuid') {
      violations.push(`${table} has no tenant_id that is a UUID and never null`);
    }
  }
  const uniques = await query<{
    table_name: string;
    name: string;
    first: string;
    primary: boolean;
  }>(
    pool,
    `select t.relname as table_name, i.relname as name, x.indisprimary as primary,
            pg_get_indexdef(x.indexrelid, 1, false) as first
       from pg_index x join pg_class i on i.oid = x.indexrelid join pg_class t on t.oid = x.indrelid
       join pg_namespace n on n.oid = t.relnamespace
      where n.nspname = 'app' and (x.indisunique or x.indisexclusion)`,
  );
  for (const { table_name, name, first } of uniques) {
    if (!tenantTables.includes(table_name) || globalUniques.includes(name)) continue;
    if (first !== 'tenant_id') violations.push(`unique ${name} does not begin with tenant_id`);
  }
  for (const table of tenantTables) {
    const hasPrimary = uniques.some((each) => each.table_name === table && each.primary);
    if (!hasPrimary) violations.push(`${table} has no primary key`);
  }
  const foreignKeys = await query<{
    name: string;
    source: string;
    target: string;
    source_columns: string[];
    target_columns: string[];
  }>(
    pool,
    `select k.conname as name, s.relname as source, t.relname as target,
            array(select a.attname::text from unnest(k.conkey) with ordinality c(num, ord)
                    join pg_attribute a on a.attrelid = k.conrelid and a.attnum = c.num
                   order by c.ord) as source_columns,
            array(select a.attname::text from unnest(k.confkey) with ordinality c(num, ord)
                    join pg_attribute a on a.attrelid = k.confrelid and a.attnum = c.num
                   order by c.ord) as target_columns
       from pg_constraint k join pg_class s on s.oid = k.conrelid
       join pg_class t on t.oid = k.confrelid join pg_namespace n on n.oid = s.relnamespace
      where n.nspname = 'app' and k.contype = 'f'`,
  );
  for (const { name, source, target, source_columns, target_columns } of foreignKeys) {
    if (!tenantTables.includes(source)) continue;
    if (!tenantTables.includes(target)) violations.push(`foreign key ${name} leaves the tenant`);
    if (source_columns[0] !== 'tenant_id' || target_columns[0] !== 'tenant_id') {
      violations.push(`foreign key ${name} does not begin with tenant_id`);
    }
  }
  return violations;
}

async function grants(pool: Pool | ClientBase): Promise<string[]> {
  const granted = await query<{ table_name: string; grantee: string; privilege: string }>(
    pool,
    `select table_name, grantee, privilege_type as privilege
       from information_schema.role_table_grants
      where table_schema = 'app' and grantor <> grantee`,
  );
  const violations = granted
    .filter(({ table_name, grantee, privilege }) => {
      if (grantee === 'voice_tenant') {
        return (
          platformTables.includes(table_name) ||
          !['SELECT', 'INSERT', 'UPDATE', 'DELETE'].includes(privilege)
        );
      }
      if (grantee !== 'voice_system') return true;
      return privilege !== 'SELECT' && !platformTables.includes(table_name);
    })
    .map((each) => `${each.grantee} may ${each.privilege} on ${each.table_name}`);
  const columns = await query<{ table_name: string; column_name: string; privilege: string }>(
    pool,
    `select table_name, column_name, privilege_type as privilege
       from information_schema.column_privileges
      where table_schema = 'app' and grantee = 'voice_tenant'`,
  );
  for (const { table_name, column_name, privilege } of columns) {
    if (!platformTables.includes(table_name)) continue;
    const allowed = tenantMayRead[table_name]?.includes(column_name) === true;
    if (!allowed || privilege !== 'SELECT') {
      violations.push(`voice_tenant may ${privilege} ${table_name}.${column_name}`);
    }
  }
  return violations;
}

async function functions(pool: Pool | ClientBase): Promise<string[]> {
  const found = await query<{
    name: string;
    definer: boolean;
    settings: string[] | null;
    owner: string;
    everybody: boolean;
  }>(
    pool,
    `select p.proname as name, p.prosecdef as definer, p.proconfig as settings,
            r.rolname as owner,
            coalesce(exists (select from aclexplode(p.proacl) a
                              where a.grantee = 0 and a.privilege_type = 'EXECUTE'), true)
              or p.proacl is null as everybody
       from pg_proc p join pg_namespace n on n.oid = p.pronamespace
       join pg_roles r on r.oid = p.proowner where n.nspname = 'app'`,
  );
  return found
    .filter(({ definer }) => definer)
    .flatMap(({ name, settings, owner, everybody }) => [
      ...(definerFunctions.includes(name) ? [] : [`${name} runs with its owner's rights`]),
      ...(settings?.includes('search_path=pg_catalog, pg_temp') === true
        ? []
        : [`${name} has no fixed search_path`]),
      ...(owner === 'voice_system' ? [] : [`${name} belongs to ${owner}`]),
      ...(everybody ? [`everybody may execute ${name}`] : []),
    ]);
}

async function query<T extends object>(pool: Pool | ClientBase, text: string): Promise<T[]> {
  const { rows } = await pool.query<T>(text);
  return rows;
}
