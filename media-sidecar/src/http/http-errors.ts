/** An error that the API answers with. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly status: number;
  readonly code: string;
  readonly field: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(
    status: number,
    code: string,
    message: string,
    more: { readonly field?: string; readonly retryAfterMs?: number } = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.field = more.field;
    this.retryAfterMs = more.retryAfterMs;
  }
}

export const httpErrors = {
  invalid: (message: string, field?: string) =>
    new HttpError(400, 'invalid-request', message, field === undefined ? {} : { field }),
  invalidJson: () => new HttpError(400, 'invalid-json', 'The body is not valid JSON.'),
  unsupportedMediaType: () =>
    new HttpError(400, 'unsupported-media-type', 'The content type is not supported here.'),
  keyNeeded: () =>
    new HttpError(
      401,
      'unauthenticated',
      'A valid API key is needed: Authorization: Bearer <key>.',
    ),
  badSignature: () =>
    new HttpError(403, 'bad-signature', 'The X-Twilio-Signature does not match the request.'),
  notFound: () => new HttpError(404, 'not-found', 'There is nothing here.'),
  tooLarge: () => new HttpError(413, 'too-large', 'The body is too large.'),
  tooMany: (retryAfterMs: number) =>
    new HttpError(429, 'too-many-requests', 'Too many requests.', { retryAfterMs }),
  internal: () => new HttpError(500, 'internal-error', 'Something went wrong on our side.'),
  unavailable: () => new HttpError(503, 'unavailable', 'The service is not available right now.'),
} as const;

/** The body of every error. */
export interface ErrorReply {
  readonly error: { readonly code: string; readonly message: string; readonly field?: string };
}
