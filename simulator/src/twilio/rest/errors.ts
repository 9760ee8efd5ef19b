import { STATUS_CODES } from 'node:http';

/** An error of Twilio's REST API. https://www.twilio.com/docs/usage/twilios-response#error-responses */
export class RestError extends Error {
  readonly status: number;
  readonly code: number;
  /** The header `Retry-After`. */
  retryAfterSeconds: number | undefined;

  constructor(status: number, code: number, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }

  toBody(): { code: number; message: string; more_info: string; status: number } {
    return {
      code: this.code,
      message: this.message,
      more_info: `https://www.twilio.com/docs/errors/${this.code}`,
      status: this.status,
    };
  }
}

export const restErrors = {
  authenticate: () => new RestError(401, 20_003, 'Authenticate'),
  notFound: (path: string) =>
    new RestError(404, 20_404, `The requested resource ${path} was not found`),
  tooManyRequests: () => new RestError(429, 20_429, 'Too many requests'),
  methodNotAllowed: () => new RestError(405, 20_004, 'Method not allowed'),
  contentType: () => new RestError(415, 19_056, 'Input request content type is invalid'),
  invalid: (message: string) => new RestError(400, 20_001, message),
  pageSize: () => new RestError(400, 20_006, 'Invalid PageSize or Page'),
  notDualChannel: () =>
    new RestError(400, 16_113, 'Cannot download a dual-channel presentation of a mono recording'),
  cannotDelete: () =>
    new RestError(409, 20_009, 'Cannot delete this resource before it has completed'),
  noTo: () => new RestError(400, 21_201, "No 'To' number is specified"),
  invalidUrl: (name: string) => new RestError(400, 21_205, `${name} is not a valid URL`),
  noUrl: () => new RestError(400, 21_205, 'Url parameter is required.'),
  invalidSendDigits: () => new RestError(400, 21_206, 'SendDigits is not valid'),
  invalidTimeout: () => new RestError(400, 21_208, 'Timeout is not valid'),
  invalidMethod: (name: string) => new RestError(400, 21_209, `${name} must be GET or POST`),
  fromNotVerified: (from: string) =>
    new RestError(
      400,
      21_210,
      `The source phone number provided, ${from}, is not yet verified for your account. You may ` +
        'only make calls from phone numbers that you have verified or purchased from Twilio.',
    ),
  invalidTo: (to: string) =>
    new RestError(400, 21_211, `The phone number you are attempting to call, ${to}, is not valid.`),
  invalidFrom: (from: string) => new RestError(400, 21_212, `Invalid 'From' number: ${from}`),
  noFrom: () => new RestError(400, 21_213, "No 'From' number is specified"),
  geoPermission: (to: string) =>
    new RestError(
      400,
      21_215,
      `Account not authorized to call ${to}. Perhaps you need to enable some international permissions.`,
    ),
  invalidNumber: (number: string) =>
    new RestError(400, 21_217, `Phone number does not appear to be valid: ${number}`),
  trialTo: (to: string) =>
    new RestError(
      400,
      21_219,
      `The number ${to} is unverified. Trial accounts may only make calls to verified numbers.`,
    ),
  invalidApplication: () => new RestError(400, 21_218, 'ApplicationSid is not valid'),
  /** The number is not documented. */
  queueExists: (name: string) =>
    new RestError(400, 22_003, `A queue of the name ${name} exists already`),
  /** https://www.twilio.com/docs/api/errors/60606 */
  packageNotEnabled: (name: string) =>
    new RestError(403, 60_606, `The package ${name} is not enabled for this account`),
  friendlyName: () => new RestError(400, 20_002, 'Invalid FriendlyName'),
  /** The number is not documented. */
  queueNotEmpty: () => new RestError(400, 22_002, 'The queue is not empty'),
  /** The number is of the same fault in TwiML; its REST answer is not documented. */
  conferenceFull: () => new RestError(400, 16_020, 'Conference is full'),
  /** As above. */
  labelTaken: (label: string) =>
    new RestError(400, 16_025, `A participant with the label ${label} exists already`),
  /** Twilio's number is of the same fault in TwiML; its REST answer is not documented. */
  streams: (message: string) => new RestError(400, 31_940, message),
  invalidTrack: () => new RestError(400, 31_941, 'Stream - Invalid Track configuration'),
  callState: (message: string) => new RestError(400, 21_220, message),
} as const;

/** What is thrown by the HTTP server itself, in Twilio's words. */
export function toRestError(error: unknown): RestError | undefined {
  if (error instanceof RestError) return error;
  const status = (error as { statusCode?: unknown }).statusCode;
  if (status === 415) return restErrors.contentType();
  if (typeof status === 'number' && status >= 400 && status < 500)
    return new RestError(status, 20_001, STATUS_CODES[status] ?? 'Bad request');
  return undefined;
}
