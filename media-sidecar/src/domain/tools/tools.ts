import type { ClaimedSession, Pipeline } from '../../call/ports.ts';
import { sqlState } from '../../db/sql.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Access } from '../access.ts';
import { domainErrors } from '../errors.ts';
import { isId, newId } from '../identifiers.ts';
import { ownerFor, withScope } from '../scope.ts';
import type { Tenant } from '../tenants/schema.ts';
import { toReference } from '../tenants/schema.ts';
import { urlProblem } from '../webhooks/address-guard.ts';
import { newWebhookSecret } from '../webhooks/sealer.ts';
import type { WebhookOwnerParts } from '../webhooks/webhook-owner-parts.ts';
import { withDefs } from './definitions.ts';
import { parametersProblem } from './parameters.ts';
import type { Provider } from './parameters.ts';
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

interface ToolsParts extends WebhookOwnerParts {
  readonly logger: Logger;
}

/** Whose models a call asks. One that is realtime goes on as a cascade when OpenAI fails. */
const PROVIDERS: Readonly<Record<Pipeline, readonly Provider[]>> = {
  cascade: ['gemini'],
  realtime: ['gemini', 'openai'],
};

/** The live tools that n8n workflows offer. A tenant's own tool hides the platform's of that name. */
export class Tools {
  readonly #parts: ToolsParts;

  constructor(parts: ToolsParts) {
    this.#parts = parts;
  }

  /**
   * Takes the place of the tool of this name that the same owner offers at the same address.
   * @throws DomainError tenant-not-found, url-not-allowed, tool-name-taken
   */
  async create(access: Access, input: ToolInput): Promise<Tool & { readonly secret: string }> {
    const problem = urlProblem(input.url, this.#parts.policy);
    if (problem !== undefined) throw domainErrors.urlNotAllowed(problem);
    const tenant = await this.#parts.tenants.scopeOf(access, input.tenant);
    const id = newId();
    const secret = newWebhookSecret();
    const { name, description, parameters, url, deadlineMs } = input;
    const sealedSecret = this.#parts.sealer.seal(secret, id);
    const stored = { id, name, description, parameters, url, deadlineMs, sealedSecret };
    try {
      await withScope(this.#parts.db, tenant?.id, async (tx) => {
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
    const stored = await withScope(this.#parts.db, owner, (tx) => findTool(tx, id));
    if (stored === undefined) throw domainErrors.toolNotFound();
    return toTool(stored, owner === undefined ? undefined : await this.#parts.tenants.byId(owner));
  }

  /** @throws DomainError tool-not-found */
  async delete(access: Access, id: string): Promise<void> {
    const owner = await this.#ownerOf(access, id);
    if (!(await withScope(this.#parts.db, owner, (tx) => deleteTool(tx, id))))
      throw domainErrors.toolNotFound();
  }

  /**
   * What the models of a call may use. A tool that was registered before its parameters were checked, and
   * that one of these models would refuse, is left out: with it, the call would have no agent.
   * @param names undefined: every tool; names that nobody offers any more are left out
   */
  async definitionsFor(
    tenantId: string,
    names: readonly string[] | undefined,
    pipeline: Pipeline,
  ): Promise<ClaimedSession['tools']> {
    const tools = await this.#offered(tenantId);
    return [...tools.values()]
      .filter((tool) => names === undefined || names.includes(tool.name))
      .map((tool) => ({ ...tool, parameters: withDefs(tool.parameters) }))
      .filter((tool) => this.#isTakenByModels(tool, tenantId, pipeline))
      .map(({ name, description, parameters }) => ({
        name,
        description,
        parameters: withProperties(parameters),
      }));
  }

  /** The tool that answers to a name for a tenant, with its secret. */
  async find(
    tenantId: string,
    name: string,
  ): Promise<(Omit<StoredTool, 'sealedSecret'> & { readonly secret: string }) | undefined> {
    const tool = (await this.#offered(tenantId)).get(name);
    if (tool === undefined) return undefined;
    const { sealedSecret, ...rest } = tool;
    return { ...rest, secret: this.#parts.sealer.open(sealedSecret, tool.id) };
  }

  #isTakenByModels(
    { id, name, parameters }: StoredTool,
    tenantId: string,
    pipeline: Pipeline,
  ): boolean {
    const problem = parametersProblem(parameters, PROVIDERS[pipeline]);
    if (problem === undefined) return true;
    const { path, reason } = problem;
    this.#parts.logger.warn(
      { tenantId, toolId: id, tool: name, at: path.join('.'), reason },
      'tool left out of a call: models refuse its parameters',
    );
    return false;
  }

  async #offered(tenantId: string): Promise<Map<string, StoredTool>> {
    const platform = await this.#parts.db.withSystem(listTools);
    const own = await this.#parts.db.withTenant(tenantId, listTools);
    return new Map([...platform, ...own].map((tool) => [tool.name, tool]));
  }

  /** @returns undefined for a tool of the platform, or for none at all */
  async #ownerOf(access: Access, id: string): Promise<string | undefined> {
    if (!isId(id)) throw domainErrors.toolNotFound();
    return ownerFor(this.#parts.db, access, (tx) => tenantOfTool(tx, id));
  }
}

/**
 * OpenAI: "object schema missing properties", at the top level alone
 * (https://github.com/spring-projects/spring-ai/issues/4776).
 */
function withProperties(parameters: StoredTool['parameters']): StoredTool['parameters'] {
  return 'properties' in parameters ? parameters : { ...parameters, properties: {} };
}

function toTool(stored: StoredTool, tenant: Tenant | undefined): Tool {
  const { id, name, description, parameters, url, deadlineMs } = stored;
  const reference = tenant === undefined ? null : toReference(tenant);
  return { id, name, description, parameters, url, deadlineMs, tenant: reference };
}
