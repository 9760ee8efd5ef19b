/** An error as OpenAI's API reports it. Words and codes as seen in issues of openai-node and openai-python. */
export class OpenAiError extends Error {
  readonly status: number;
  readonly type: string;
  readonly param: string | null;
  readonly code: string | null;
  /** Sent with 429 and 503. */
  readonly retryAfterMs: number | undefined;

  constructor(
    status: number,
    message: string,
    details: { type?: string; param?: string; code?: string; retryAfterMs?: number } = {},
  ) {
    super(message);
    this.name = 'OpenAiError';
    this.status = status;
    this.type = details.type ?? (status >= 500 ? 'server_error' : 'invalid_request_error');
    this.param = details.param ?? null;
    this.code = details.code ?? null;
    this.retryAfterMs = details.retryAfterMs;
  }

  static invalid(message: string, param: string, code?: string): OpenAiError {
    return new OpenAiError(400, message, { param, ...(code === undefined ? {} : { code }) });
  }

  toBody(): object {
    const { message, type, param, code } = this;
    return { error: { message, type, param, code } };
  }

  /** Both forms of the time to wait, which the SDKs read. */
  headers(): Record<string, string> {
    if (this.retryAfterMs === undefined) return {};
    return {
      'retry-after-ms': String(this.retryAfterMs),
      'retry-after': String(Math.ceil(this.retryAfterMs / 1_000)),
    };
  }
}

/** `sk-ab***wxyz`: a key is never sent back whole. */
const masked = (key: string): string =>
  key.length <= 8 ? '*'.repeat(key.length) : `${key.slice(0, 4)}***${key.slice(-4)}`;

/** @param projectId whose keys they are @throws OpenAiError 401 */
export function checkAuthorization(
  headers: Readonly<Record<string, unknown>>,
  apiKeys: readonly string[],
  projectId: string,
): void {
  const [, key] = /^Bearer\s+(.*)$/i.exec(String(headers['authorization'] ?? '')) ?? [];
  if (key === undefined || key === '') {
    throw new OpenAiError(
      401,
      "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY), or as the password field (with blank username) if you're accessing the API from your browser and are prompted for a username and password. You can obtain an API key from https://platform.openai.com/account/api-keys.",
    );
  }
  if (!apiKeys.includes(key)) {
    throw new OpenAiError(
      401,
      `Incorrect API key provided: ${masked(key)}. You can find your API key at https://platform.openai.com/account/api-keys.`,
      { code: 'invalid_api_key' },
    );
  }
  const organization = headers['openai-organization'];
  if (organization !== undefined && !/^org-\w+$/.test(String(organization))) {
    throw new OpenAiError(401, 'OpenAI-Organization header should match organization for API key', {
      code: 'mismatched_organization',
    });
  }
  const project = headers['openai-project'];
  if (project !== undefined && project !== projectId) {
    throw new OpenAiError(401, 'OpenAI-Project header should match project for API key', {
      code: 'mismatched_project',
    });
  }
}
