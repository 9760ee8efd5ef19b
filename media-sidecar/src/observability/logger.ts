import { pino } from 'pino';
import type { DestinationStream, Logger as PinoLogger } from 'pino';
import type { Logger } from '../kernel/logger.ts';
import { redact } from './redact.ts';

export interface LoggerOptions {
  readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** @defaultValue standard output */
  readonly destination?: DestinationStream;
}

/** One JSON line per message, without phone numbers, words of a call or secrets. */
export function createLogger(options: LoggerOptions): Logger {
  const root = pino(
    {
      level: options.level,
      base: { service: 'media-sidecar' },
      timestamp: pino.stdTimeFunctions.isoTime,
      // Errors are already taken apart by then.
      serializers: { err: (err: unknown) => err },
      formatters: {
        level: (label) => ({ level: label }),
        log: (fields) => redact(fields) as Record<string, unknown>,
        bindings: (fields) => redact(fields) as Record<string, unknown>,
      },
    },
    options.destination ?? pino.destination(1),
  );
  return wrap(root);
}

function wrap(logger: PinoLogger): Logger {
  return {
    debug: (fields, message) => logger.debug(fields, message),
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
    child: (fields) => wrap(logger.child(redact(fields) as Record<string, unknown>)),
  };
}
