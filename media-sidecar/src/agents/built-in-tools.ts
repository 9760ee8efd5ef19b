import { DateTime } from 'luxon';
import type { BuiltInTool } from './contract.ts';

/** Tools that the call itself performs, described for the model. */

const REASON = { type: 'string', description: 'Why, in a few words.' } as const;

export const endCall = {
  action: 'end-call',
  definition: {
    name: 'end_call',
    description:
      'Hangs up the phone after what you are saying now was heard. Use it only when the person said goodbye or needs nothing else, together with a short goodbye.',
    parameters: {
      type: 'object',
      properties: {
        reason: { type: 'string', description: 'Why the call ends, in a few words.' },
      },
    },
  },
} as const satisfies BuiltInTool;

export const transferToHuman = {
  action: 'transfer',
  definition: {
    name: 'transfer_to_human',
    description:
      'Connects the person with a human of the company, after what you are saying now was heard. Use it when the person asks for a human, or when you cannot help. If it answers "nobody-available", nobody can be reached now: say so and offer a callback.',
    parameters: {
      type: 'object',
      properties: {
        reason: REASON,
        summary: {
          type: 'string',
          description:
            'What the human should know before taking over, in one or two short sentences, in the language of the call. The caller does not hear it.',
        },
      },
    },
  },
} as const satisfies BuiltInTool;

export const getCurrentTime = {
  action: 'get-current-time',
  definition: {
    name: 'get_current_time',
    description:
      'Tells the present date, time and weekday where the company is, and whether it is open now if that is known.',
    parameters: { type: 'object', properties: {} },
  },
} as const satisfies BuiltInTool;

export const scheduleCallback = {
  action: 'schedule-callback',
  definition: {
    name: 'schedule_callback',
    description:
      'Notes that a human calls the person back. Ask when it suits before you use it; you need no phone number if the person wants to be called on the one of this call.',
    parameters: {
      type: 'object',
      properties: {
        at: {
          type: 'string',
          description:
            'When to call, as local date and time of the company, e.g. 2026-03-09T15:30. Leave it out for as soon as possible.',
        },
        phone_number: {
          type: 'string',
          description:
            'Another number than the one of this call, with + and country code, e.g. +56912345678.',
        },
        reason: { type: 'string', description: 'What the callback is about, in a few words.' },
      },
    },
  },
} as const satisfies BuiltInTool;

export const optOut = {
  action: 'opt-out',
  definition: {
    name: 'opt_out',
    description:
      'Puts the number of the person on the list of numbers that are never called again. Use it when the person does not want any more calls, then say goodbye and end the call.',
    parameters: { type: 'object', properties: { reason: REASON } },
  },
} as const satisfies BuiltInTool;

/** What every agent on the phone may do. */
export const phoneTools = [
  endCall,
  transferToHuman,
  getCurrentTime,
  scheduleCallback,
  optOut,
] as const satisfies readonly BuiltInTool[];

export interface CurrentTime {
  /** @example '2026-01-05' */
  readonly date: string;
  /** @example '12:30' */
  readonly time: string;
  /** In English, as everything that a tool tells the model. @example 'Monday' */
  readonly weekday: string;
  /** IANA name. */
  readonly timezone: string;
}

/**
 * What a clock on the company's wall shows.
 * @param nowMs wall clock, ms since the Unix epoch
 * @throws RangeError for an unknown time zone
 */
export function currentTime(nowMs: number, timezone: string): CurrentTime {
  const local = DateTime.fromMillis(nowMs, { zone: timezone, locale: 'en' });
  if (!local.isValid) throw new RangeError(`unknown time zone ${JSON.stringify(timezone)}`);
  return {
    date: local.toFormat('yyyy-MM-dd'),
    time: local.toFormat('HH:mm'),
    weekday: local.toFormat('cccc'),
    timezone,
  };
}
