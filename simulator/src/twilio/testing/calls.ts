import type { Handset, HandsetEnding } from '../../telephone-network/handset.ts';
import type { CallSession } from '../call-session.ts';
import { CALLER, NUMBER, type Rig } from './rig.ts';

export interface RunningCall {
  readonly sid: string;
  readonly handset: Handset;
  readonly session: CallSession;
  readonly ended: Promise<HandsetEnding>;
  /** Until so many frames more have been played to the telephone. */
  frames(count: number): Promise<void>;
}

/** Somebody has called, the application has answered silently, and the call runs these verbs. */
export async function runningCall(
  rig: Rig,
  verbs = '<Pause length="120"/>',
  { from = CALLER, path = '/voice' } = {},
): Promise<RunningCall> {
  rig.application.document(path, `<Play digits="w"/>${verbs}`);
  const answered = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<HandsetEnding>();
  const waiting = new Set<() => void>();
  const handset = rig.simulator.exchange.dial(
    { from, to: NUMBER },
    {
      answered: answered.resolve,
      audio: () => {
        for (const look of waiting) look();
      },
      ended: ended.resolve,
    },
  );
  await answered.promise;
  const session = rig.simulator.exchange.findCall(handset.callSid) as CallSession;
  const frames = (count: number): Promise<void> =>
    new Promise((resolve) => {
      let left = count;
      const look = (): void => {
        if (--left > 0) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
    });
  return { sid: handset.callSid, handset, session, ended: ended.promise, frames };
}

/** The status and the code with which Twilio's client was refused. */
export async function refusal(promise: Promise<unknown>): Promise<readonly [number, number]> {
  return promise.then(
    () => {
      throw new Error('the request was accepted');
    },
    (error: { status: number; code: number }) => [error.status, error.code] as const,
  );
}
