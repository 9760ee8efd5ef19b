import { z } from 'zod';
import type { Recognizer } from '../recognition/contract.ts';
import { defaultLineConditions } from '../telephone-network/line-path.ts';
import type { Exchange } from '../twilio/exchange.ts';
import type { Voices } from '../voices/contract.ts';
import { scriptSchema } from './script.ts';
import { ScriptedCaller, type CallerReport, type LineFacts } from './scripted-caller.ts';
import { ScriptedTelephone } from './scripted-telephone.ts';

const number = z.string().regex(/^\+[1-9]\d{6,14}$/, 'must be E.164');
const voice = z.string().min(1).max(64).default('es-419');

export const dialSchema = z.strictObject({
  from: number,
  to: number,
  voice,
  script: scriptSchema,
  /** What the network does to the audio on its way. */
  conditions: z
    .strictObject({
      delayMs: z.number().min(0).max(5000).default(defaultLineConditions.delayMs),
      jitterMs: z.number().min(0).max(5000).default(defaultLineConditions.jitterMs),
      seed: z.number().int().positive().default(defaultLineConditions.seed),
    })
    .prefault({}),
});

export const telephoneSchema = z.discriminatedUnion('does', [
  z.strictObject({
    does: z.literal('answer'),
    afterMs: z.number().int().min(0).max(600_000).default(0),
    voice,
    script: scriptSchema,
  }),
  z.strictObject({ does: z.enum(['busy', 'fail', 'no-answer']) }),
]);

export type DialInput = z.input<typeof dialSchema>;
export type TelephoneInput = z.input<typeof telephoneSchema>;

export interface DialledCaller {
  /** Twilio's SID of the call, once the telephone has dialled. */
  readonly started: Promise<string>;
  readonly done: Promise<CallerReport>;
  hangUp(): void;
  /** For so long nothing of what the caller says arrives. */
  loseFrames(durationMs: number): void;
}

export interface CallerPorts {
  readonly exchange: Exchange;
  readonly voices: Voices;
  readonly recognizer: Recognizer;
}

/**
 * Lets somebody call a number of an account.
 * @throws z.ZodError for an impossible script
 */
export function dialScripted(ports: CallerPorts, input: DialInput): DialledCaller {
  const { from, to, script, conditions, ...options } = dialSchema.parse(input);
  const { exchange, voices, recognizer } = ports;
  const caller = new ScriptedCaller({
    ...options,
    script,
    voices,
    recognizer,
    facts: (callSid) => lineFacts(exchange, callSid),
  });
  let gaveUp = false;
  const dial = (): string => {
    const handset = exchange.dial({ from, to, conditions }, caller.events);
    caller.take(handset);
    if (gaveUp) handset.hangUp();
    return handset.callSid;
  };
  const started = caller.prepare().then(dial);
  return {
    started,
    // Speech that cannot be made ends the call before it begins.
    done: started.then(() => caller.done),
    hangUp: () => {
      gaveUp = true;
      caller.hangUp();
    },
    loseFrames: (durationMs) => exchange.findCall(caller.callSid)?.line.loseFrames(durationMs),
  };
}

/** @throws z.ZodError for an impossible script */
export function createTelephone(ports: CallerPorts, input: TelephoneInput): ScriptedTelephone {
  const behaviour = telephoneSchema.parse(input);
  if (behaviour.does !== 'answer') return new ScriptedTelephone({ does: behaviour.does });
  const { exchange, voices, recognizer } = ports;
  return new ScriptedTelephone({
    ...behaviour,
    voices,
    recognizer,
    facts: (callSid) => lineFacts(exchange, callSid),
  });
}

function lineFacts(exchange: Exchange, callSid: string): LineFacts {
  const call = exchange.findCall(callSid);
  const streams = call?.streams ?? [];
  return {
    clearsAtMs: streams.flatMap((stream) => stream.stats.clearsAtMs),
    frames: {
      sent: call?.line.counters.framesSent ?? 0,
      received: call?.line.counters.framesReceived ?? 0,
      underruns: streams.reduce((sum, stream) => sum + stream.underruns, 0),
    },
  };
}
