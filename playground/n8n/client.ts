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

  async workflow(id: string): Promise<N8nWorkflow | undefined> {
    const all = await this.#request<N8nWorkflow[]>('GET', '/rest/workflows');
    return all.find((workflow) => workflow.id === id);
  }

  async createWorkflow(workflow: object): Promise<N8nWorkflow> {
    return this.#request('POST', '/rest/workflows', workflow);
  }

  async updateWorkflow(id: string, change: object): Promise<N8nWorkflow> {
    return this.#request('PATCH', `/rest/workflows/${id}`, change);
  }

  /** Publishes a version: its triggers register themselves. @throws Error with n8n's own message */
  async activate({ id, versionId }: N8nWorkflow): Promise<void> {
    await this.#request('POST', `/rest/workflows/${id}/activate`, {
      versionId,
      name: 'Published by the playground',
      description: '',
    });
  }

  async deactivate(id: string): Promise<void> {
    await this.#request('POST', `/rest/workflows/${id}/deactivate`, {});
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
  async execution(id: string): Promise<N8nExecution & { readonly data: string }> {
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

export interface N8nExecution {
  readonly id: string;
  readonly workflowId: string;
  readonly status: string;
  readonly mode: string;
  readonly startedAt: string;
  readonly stoppedAt?: string;
}
