import type { ClaimedSession } from '../../call/ports.ts';
import type { Database, SystemDb, TenantDb } from '../../db/database.ts';
import { sqlState } from '../../db/sql.ts';
import type { Access } from '../access.ts';
import { domainErrors } from '../errors.ts';
import { isId, newId } from '../identifiers.ts';
import type { Tenant } from '../tenants/schema.ts';
import { toReference } from '../tenants/schema.ts';
import type { Tenants } from '../tenants/tenants.ts';
import type { AddressPolicy } from '../webhooks/address-guard.ts';
import { urlProblem } from '../webhooks/address-guard.ts';
import type { Sealer } from '../webhooks/sealer.ts';
import { newWebhookSecret } from '../webhooks/sealer.ts';
import type { StoredTool } from './repository.ts';
import {
  deleteTool,
  deleteToolAt,
  findTool,
  insertTool,
  listTools,
  tenantOfTool,
} from './repository.ts';
import type { Tool, ToolInput } from './schema.ts';

/** The live tools that n8n workflows offer. A tenant's own tool hides the platform's of that name. */
export class Tools {
  readonly #db: Database;
  readonly #tenants: Tenants;
  readonly #sealer: Sealer;
  readonly #policy: AddressPolicy;

  constructor(parts: {
    readonly db: Database;
    readonly tenants: Tenants;
    readonly sealer: Sealer;
    readonly policy: AddressPolicy;
  }) {
    this.#db = parts.db;
    this.#tenants = parts.tenants;
    this.#sealer = parts.sealer;
    this.#policy = parts.policy;
  }

  /**
   * Takes the place of the tool of this name that the same owner offers at the same address.
   * @throws DomainError tenant-not-found, url-not-allowed, tool-name-taken
   */
  async create(access: Access, input: ToolInput): Promise<Tool & { readonly secret: string }> {
    const problem = urlProblem(input.url, this.#policy);
    if (problem !== undefined) throw domainErrors.urlNotAllowed(problem);
    const tenant = await this.#tenants.scopeOf(access, input.tenant);
    const id = newId();
    const secret = newWebhookSecret();
    const { name, description, parameters, url, deadlineMs } = input;
    const sealedSecret = this.#sealer.seal(secret, id);
    const stored = { id, name, description, parameters, url, deadlineMs, sealedSecret };
    try {
      await this.#within(tenant?.id, async (tx) => {
        // A workflow that lost its registration comes again with the same address.
        await deleteToolAt(tx, stored);
        await insertTool(tx, stored);
      });
    } catch (error) {
      if (sqlState(error) === '23505') throw domainErrors.toolNameTaken();
      throw error;
    }
    return { ...toTool(stored, tenant), secret };
  }

  /** @throws DomainError tool-not-found */
  async get(access: Access, id: string): Promise<Tool> {
    const owner = await this.#ownerOf(access, id);
    const stored = await this.#within(owner, (tx) => findTool(tx, id));
    if (stored === undefined) throw domainErrors.toolNotFound();
    return toTool(stored, owner === undefined ? undefined : await this.#tenants.byId(owner));
  }

  /** @throws DomainError tool-not-found */
  async delete(access: Access, id: string): Promise<void> {
    const owner = await this.#ownerOf(access, id);
    if (!(await this.#within(owner, (tx) => deleteTool(tx, id)))) throw domainErrors.toolNotFound();
  }

  /**
   * What the model of a call may use.
   * @param names undefined: every tool; names that nobody offers any more are left out
   */
  async definitionsFor(
    tenantId: string,
    names: readonly string[] | undefined,
  ): Promise<ClaimedSession['tools']> {
    const tools = await this.#offered(tenantId);
    return [...tools.values()]
      .filter((tool) => names === undefined || names.includes(tool.name))
      .map(({ name, description, parameters }) => ({ name, description, parameters }));
  }

  /** The tool that answers to a name for a tenant, with its secret. */
  async find(
    tenantId: string,
    name: string,
  ): Promise<(Omit<StoredTool, 'sealedSecret'> & { readonly secret: string }) | undefined> {
    const tool = (await this.#offered(tenantId)).get(name);
    if (tool === undefined) return undefined;
    const { sealedSecret, ...rest } = tool;
    return { ...rest, secret: this.#sealer.open(sealedSecret, tool.id) };
  }

  async #offered(tenantId: string): Promise<Map<string, StoredTool>> {
    const platform = await this.#db.withSystem(listTools);
    const own = await this.#db.withTenant(tenantId, listTools);
    return new Map([...platform, ...own].map((tool) => [tool.name, tool]));
  }

  /** @returns undefined for a tool of the platform, or for none at all */
  async #ownerOf(access: Access, id: string): Promise<string | undefined> {
    if (!isId(id)) throw domainErrors.toolNotFound();
    if (access.scope === 'tenant') return access.tenantId;
    return this.#db.withSystem((tx) => tenantOfTool(tx, id));
  }

  #within<T>(
    tenantId: string | undefined,
    work: (tx: TenantDb | SystemDb) => Promise<T>,
  ): Promise<T> {
    return tenantId === undefined ? this.#db.withSystem(work) : this.#db.withTenant(tenantId, work);
  }
}

function toTool(stored: StoredTool, tenant: Tenant | undefined): Tool {
  const { id, name, description, parameters, url, deadlineMs } = stored;
  const reference = tenant === undefined ? null : toReference(tenant);
  return { id, name, description, parameters, url, deadlineMs, tenant: reference };
}
