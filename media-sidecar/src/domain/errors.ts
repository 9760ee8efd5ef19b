export type DomainErrorKind =
  | 'invalid'
  | 'unauthenticated'
  | 'not-found'
  | 'forbidden'
  | 'conflict'
  | 'rate-limited'
  | 'unavailable';

/** A request that cannot be fulfilled, for a reason that the caller of the API may know. */
export class DomainError extends Error {
  override readonly name = 'DomainError';
  readonly kind: DomainErrorKind;
  /** Kebab-case, part of the API. */
  readonly code: string;
  /** Which field is at fault, if one is. */
  readonly field: string | undefined;
  /** When to try again, if that is known. */
  readonly retryAfterMs: number | undefined;

  constructor(
    kind: DomainErrorKind,
    code: string,
    message: string,
    field?: string,
    retryAfterMs?: number,
  ) {
    super(message);
    this.kind = kind;
    this.code = code;
    this.field = field;
    this.retryAfterMs = retryAfterMs;
  }
}

export const domainErrors = {
  tenantNotFound: (field?: string) =>
    new DomainError('not-found', 'tenant-not-found', 'No such tenant.', field),
  callNotFound: () => new DomainError('not-found', 'call-not-found', 'No such call.'),
  subscriptionNotFound: () =>
    new DomainError('not-found', 'subscription-not-found', 'No such subscription.'),
  toolNotFound: () => new DomainError('not-found', 'tool-not-found', 'No such tool.'),
  apiKeyNotFound: () => new DomainError('not-found', 'api-key-not-found', 'No such API key.'),
  platformKeyNeeded: () =>
    new DomainError('forbidden', 'platform-key-required', 'This needs a platform key.'),
  tenantMismatch: () =>
    new DomainError(
      'conflict',
      'tenant-mismatch',
      'The called number belongs to another tenant than the one that was named.',
      'calledNumber',
    ),
  escalationNumberIsInbound: () =>
    new DomainError(
      'conflict',
      'escalation-number-is-inbound',
      'The escalation number is an inbound number: the call would come back.',
      'escalationNumber',
    ),
  phoneNumberIsEscalation: () =>
    new DomainError(
      'conflict',
      'escalation-number-is-inbound',
      'A phone number is the escalation number of another tenant: its calls would come back.',
      'phoneNumbers',
    ),
  phoneNumberTaken: () =>
    new DomainError(
      'conflict',
      'phone-number-taken',
      'A phone number belongs to another tenant.',
      'phoneNumbers',
    ),
  toolNameTaken: () =>
    new DomainError('conflict', 'tool-name-taken', 'A tool of this name exists.', 'name'),
  urlNotAllowed: (why: string) => new DomainError('invalid', 'url-not-allowed', why, 'url'),
  tenantRequired: () =>
    new DomainError(
      'invalid',
      'tenant-required',
      'A platform key has to name the tenant (slug or id).',
      'tenant',
    ),
  callNotActive: () =>
    new DomainError('conflict', 'call-not-active', 'The conversation has ended already.'),
  tooLarge: (field: string, maxBytes: number) =>
    new DomainError(
      'invalid',
      'invalid-request',
      `${field}: must be at most ${String(maxBytes / 1024)} KB of JSON, with what is there already`,
      field,
    ),
  tenantHasCalls: () =>
    new DomainError(
      'conflict',
      'tenant-has-calls',
      'A call of the tenant is in progress: suspend the tenant, and try again when it has ended.',
    ),
  contactNotFound: () => new DomainError('not-found', 'contact-not-found', 'No such contact.'),
  contactNumberTaken: () =>
    new DomainError(
      'conflict',
      'phone-number-taken',
      'Another contact of the tenant has this phone number.',
      'phoneNumber',
    ),
  doNotCallNotFound: () =>
    new DomainError('not-found', 'do-not-call-not-found', 'The number is not on the list.'),
  documentNotFound: () => new DomainError('not-found', 'document-not-found', 'No such document.'),
  inTheFuture: (field: string) =>
    new DomainError('invalid', 'invalid-request', `${field}: must not be in the future`, field),
  transcriptionNotFound: () =>
    new DomainError('not-found', 'transcription-not-found', 'No such transcription.'),
  notTaken: (reason: 'capacity' | 'draining') =>
    new DomainError('unavailable', reason, 'This sidecar takes no more at the moment.'),
  warmingNotFound: () => new DomainError('not-found', 'warming-not-found', 'No such warming.'),
  callbackNotFound: () => new DomainError('not-found', 'callback-not-found', 'No such callback.'),
  sipNotConfigured: () =>
    new DomainError(
      'conflict',
      'sip-not-configured',
      'This sidecar takes no calls over SIP: OPENAI_API_KEY and OPENAI_PROJECT_ID are needed.',
    ),
  sipCallOfNobody: () =>
    new DomainError(
      'invalid',
      'invalid-request',
      'calledNumber: is needed, or tenant, where the SIP headers name no session',
      'calledNumber',
    ),
  invalidSession: (why: string) =>
    new DomainError(
      'unauthenticated',
      'invalid-session',
      `The SIP headers name a session that cannot be used (${why}). The call was rejected.`,
      'sipHeaders',
    ),
  sipCallFailed: () =>
    new DomainError('unavailable', 'sip-call-failed', 'OpenAI did not take the call.'),
  invalid: (field: string, problem: string) =>
    new DomainError('invalid', 'invalid-request', `${field}: ${problem}`, field),
  badCursor: () => new DomainError('invalid', 'bad-cursor', 'The cursor is not ours.', 'cursor'),
} as const;
