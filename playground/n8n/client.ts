import { setTimeout } from 'node:timers/promises';
import type { INode } from 'n8n-workflow';

/** What the editor itself does over n8n's internal REST API, for setting up and for looking. */
export class N8nClient {
  readonly #baseUrl: string;
  #cookie = '';

  constructor(baseUrl: string) {
    this.#baseUrl = baseUrl;
  }

  /** Logs in as the owner; creates the owner on a new instance. */
  async enter(owner: { readonly email: string; readonly password: string }): Promise<void> {
    const settings = await this.#request<{ userManagement: { showSetupOnFirstLoad: boolean } }>(
      'GET',
      '/rest/settings',
    );
    if (settings.userManagement.showSetupOnFirstLoad) {
      await this.#request('POST', '/rest/owner/setup', {
        ...owner,
        firstName: 'Voice',
        lastName: 'Agents',
      });
      return;
    }
    await this.#request('POST', '/rest/login', {
      emailOrLdapLoginId: owner.email,
      password: owner.password,
    });
  }

  /** The session cookie, as `name=value`, for a browser that shall be logged in. */
  get cookie(): string {
    return this.#cookie;
  }

  /** Creates the credential, or gives the one of this name new values; returns its id. */
  async saveCredential(credential: {
    readonly name: string;
    readonly type: string;
    readonly data: Readonly<Record<string, unknown>>;
  }): Promise<string> {
    const existing = (await this.#credentials()).find(
      ({ name, type }) => name === credential.name && type === credential.type,
    );
    if (existing) {
      await this.#request('PATCH', `/rest/credentials/${existing.id}`, credential);
      return existing.id;
    }
    return (await this.#request<{ id: string }>('POST', '/rest/credentials', credential)).id;
  }

  /** @throws Error when there is none of this name and type */
  async credentialId(type: string, name: string): Promise<string> {
    const all = await this.#credentials();
    const found = all.find((each) => each.type === type && each.name === name);
    if (!found) throw new Error(`n8n has no credential "${name}" of type ${type}`);
    return found.id;
  }

  /** The credential test of the editor. */
  async testCredential(id: string): Promise<{ status: string; message: string }> {
    const credentials = await this.#request<object>(
      'GET',
      `/rest/credentials/${id}?includeData=true`,
    );
    return this.#request('POST', '/rest/credentials/test', { credentials });
  }

  workflows(): Promise<N8nWorkflow[]> {
    return this.#request('GET', '/rest/workflows');
  }

  async createWorkflow(workflow: object): Promise<N8nWorkflow> {
    return this.#request('POST', '/rest/workflows', workflow);
  }

  async updateWorkflow(id: string, change: object): Promise<N8nWorkflow> {
    return this.#request('PATCH', `/rest/workflows/${id}`, change);
  }

  /**
   * Publishes a version, and waits until its triggers have registered themselves.
   * @throws Error with n8n's own words when one could not
   */
  async publish(id: string, versionId: string): Promise<void> {
    await this.#request('POST', `/rest/workflows/${id}/activate`, {
      versionId,
      name: 'Published by the playground',
      description: '',
    });
    const { status, triggers } = await this.#settledPublication(id);
    if (status === 'published') return;
    const problems = triggers.flatMap(({ errorMessage }) => errorMessage ?? []);
    throw new Error(`the workflow ${id} is ${status}: ${problems.join('; ')}`);
  }

  async unpublish(id: string): Promise<void> {
    await this.#request('POST', `/rest/workflows/${id}/deactivate`, {});
    await this.#settledPublication(id);
  }

  /** n8n registers and removes triggers in the background. */
  async #settledPublication(id: string): Promise<Publication> {
    const deadlineMs = performance.now() + 60_000;
    for (;;) {
      const publication = await this.#request<Publication>(
        'GET',
        `/rest/workflows/${id}/publication-status`,
      );
      if (publication.status !== 'in_progress') return publication;
      if (performance.now() > deadlineMs) throw new Error(`n8n does not publish ${id} in time`);
      await setTimeout(100);
    }
  }

  /**
   * Runs a workflow by hand, with the pinned data that is saved with it.
   * @param triggerName the trigger to start from
   * @returns undefined when n8n now listens for that trigger's webhook at its test address
   */
  async run(id: string, triggerName: string): Promise<string | undefined> {
    const reply = await this.#request<{ executionId?: string; waitingForWebhook?: boolean }>(
      'POST',
      `/rest/workflows/${id}/run`,
      { triggerToStartFrom: { name: triggerName } },
    );
    return reply.executionId;
  }

  /** Newest first. */
  async executions(workflowId: string): Promise<N8nExecution[]> {
    const filter = encodeURIComponent(JSON.stringify({ workflowId }));
    const page = await this.#request<{ results: N8nExecution[] }>(
      'GET',
      `/rest/executions?limit=100&filter=${filter}`,
    );
    return page.results;
  }

  /** Everything of an execution; `data` is n8n's own flattened JSON text. */
  async execution(id: string): Promise<
    N8nExecution & {
      readonly data: string;
      readonly workflowData: { readonly nodes: readonly INode[] };
    }
  > {
    return this.#request('GET', `/rest/executions/${id}`);
  }

  #credentials(): Promise<{ id: string; name: string; type: string }[]> {
    return this.#request('GET', '/rest/credentials');
  }

  async #request<T>(method: string, path: string, body?: object): Promise<T> {
    const response = await fetch(`${this.#baseUrl}${path}`, {
      method,
      headers: {
        'content-type': 'application/json',
        ...(this.#cookie && { cookie: this.#cookie }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const cookie = response.headers.getSetCookie().find((each) => each.startsWith('n8n-auth='));
    if (cookie) this.#cookie = cookie.split(';')[0] ?? '';
    const text = await response.text();
    if (!response.ok) {
      throw new Error(`n8n answered ${String(response.status)} to ${method} ${path}: ${text}`);
    }
    return (JSON.parse(text) as { data: T }).data;
  }
}

export interface N8nWorkflow {
  readonly id: string;
  readonly name: string;
  readonly versionId: string;
  /** Set when a version is published. */
  readonly activeVersionId: string | null;
  readonly active: boolean;
}

interface Publication {
  readonly status: 'in_progress' | 'not_published' | 'published' | 'partial' | 'failed';
  readonly triggers: readonly { readonly errorMessage: string | null }[];
}

export interface N8nExecution {
  readonly id: string;
  readonly workflowId: string;
  readonly status: string;
  readonly mode: string;
  readonly startedAt: string;
  readonly stoppedAt?: string;
}
