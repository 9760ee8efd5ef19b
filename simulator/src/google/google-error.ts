import { fromJSON } from '@grpc/proto-loader';
import type { MessageTypeDefinition } from '@grpc/proto-loader';
import { Metadata } from '@grpc/grpc-js';

/** google.rpc.Code (github.com/googleapis/googleapis, google/rpc/code.proto), with its HTTP status. */
const CODES = {
  CANCELLED: [1, 499],
  UNKNOWN: [2, 500],
  INVALID_ARGUMENT: [3, 400],
  DEADLINE_EXCEEDED: [4, 504],
  NOT_FOUND: [5, 404],
  ALREADY_EXISTS: [6, 409],
  PERMISSION_DENIED: [7, 403],
  RESOURCE_EXHAUSTED: [8, 429],
  FAILED_PRECONDITION: [9, 400],
  ABORTED: [10, 409],
  OUT_OF_RANGE: [11, 400],
  UNIMPLEMENTED: [12, 501],
  INTERNAL: [13, 500],
  UNAVAILABLE: [14, 503],
  DATA_LOSS: [15, 500],
  UNAUTHENTICATED: [16, 401],
} as const;

export type GoogleStatus = keyof typeof CODES;

export interface ErrorInfo {
  readonly reason: string;
  readonly domain: string;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface FieldViolation {
  /** As in the proto, e.g. `config.sample_rate_hertz`. */
  readonly field: string;
  readonly description: string;
}

const descriptors = {
  ErrorInfo: {
    fields: {
      reason: { type: 'string', id: 1 },
      domain: { type: 'string', id: 2 },
      metadata: { keyType: 'string', type: 'string', id: 3 },
    },
  },
  Status: {
    fields: {
      code: { type: 'int32', id: 1 },
      message: { type: 'string', id: 2 },
      details: { rule: 'repeated', type: 'AnyMessage', id: 3 },
    },
  },
  // google.protobuf.Any by its fields, so that bytes pass as they are.
  AnyMessage: {
    fields: { typeUrl: { type: 'string', id: 1 }, value: { type: 'bytes', id: 2 } },
  },
};
const types = fromJSON({ nested: descriptors });

const RETRY_INFO_TYPE = 'type.googleapis.com/google.rpc.RetryInfo';
const BAD_REQUEST_TYPE = 'type.googleapis.com/google.rpc.BadRequest';
const ERROR_INFO_TYPE = 'type.googleapis.com/google.rpc.ErrorInfo';

function encode(typeName: keyof typeof descriptors, value: object): Buffer {
  return (types[typeName] as MessageTypeDefinition<object, object>).serialize(value);
}

export interface PlannedFailure {
  /** google.rpc.Code */
  readonly code: number;
  readonly message?: string | undefined;
  readonly retryAfterMs?: number | undefined;
}

/** An error as Google's front ends report it, over gRPC and over REST. */
export class GoogleError extends Error {
  readonly status: GoogleStatus;
  readonly info: ErrorInfo | undefined;
  /** Told over REST as google.rpc.BadRequest. */
  fieldViolations: readonly FieldViolation[] = [];
  /** Told over REST as google.rpc.RetryInfo. */
  retryDelayMs: number | undefined;

  constructor(status: GoogleStatus, message: string, info?: ErrorInfo) {
    super(message);
    this.name = 'GoogleError';
    this.status = status;
    this.info = info;
  }

  /** @throws RangeError for a number that is no error code */
  static fromCode(code: number, message?: string): GoogleError {
    const found = Object.entries(CODES).find(([, [number]]) => number === code);
    if (!found) throw new RangeError(`no gRPC error code: ${code}`);
    const status = found[0] as GoogleStatus;
    return new GoogleError(status, message ?? `The service is currently ${status.toLowerCase()}.`);
  }

  /** A failure that a test has asked for. */
  static planned(failure: PlannedFailure): GoogleError {
    const error = GoogleError.fromCode(failure.code, failure.message);
    error.retryDelayMs = failure.retryAfterMs;
    return error;
  }

  static invalid(message: string, fieldViolations: readonly FieldViolation[] = []): GoogleError {
    return Object.assign(new GoogleError('INVALID_ARGUMENT', message), { fieldViolations });
  }

  get code(): number {
    return CODES[this.status][0];
  }

  get httpStatus(): number {
    return CODES[this.status][1];
  }

  /** What grpc-js wants to have emitted as `error`. */
  toServiceError(): Error & { code: number; details: string; metadata: Metadata } {
    const metadata = new Metadata();
    if (this.info) {
      const details = [{ typeUrl: ERROR_INFO_TYPE, value: encode('ErrorInfo', this.info) }];
      const status = { code: this.code, message: this.message, details };
      metadata.set('grpc-status-details-bin', encode('Status', status));
    }
    return Object.assign(new Error(this.message), {
      code: this.code,
      details: this.message,
      metadata,
    });
  }

  toBody(): object {
    const details: object[] = [];
    if (this.info) details.push({ '@type': ERROR_INFO_TYPE, ...this.info });
    if (this.fieldViolations.length > 0) {
      details.push({ '@type': BAD_REQUEST_TYPE, fieldViolations: this.fieldViolations });
    }
    if (this.retryDelayMs !== undefined) {
      details.push({ '@type': RETRY_INFO_TYPE, retryDelay: `${this.retryDelayMs / 1_000}s` });
    }
    return {
      error: {
        code: this.httpStatus,
        message: this.message,
        status: this.status,
        ...(details.length > 0 ? { details } : {}),
      },
    };
  }
}
