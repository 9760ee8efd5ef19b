import type { Beat } from '../telephone-network/ticker.ts';
import { waitMs } from '../telephone-network/waiting.ts';
import type { Account } from './account.ts';
import type { CallSession } from './call-session.ts';
import { newSid } from './sids.ts';

const DEFAULT_MAX_SIZE = 1000;

/** One call that waits in a queue. */
export class QueueMember {
  readonly session: CallSession;
  /** Aborted when the call does something else than waiting, or talking to who dialled. */
  readonly signal: AbortSignal;
  readonly enqueuedAtMs = Date.now();
  /** Resolves when somebody dials the queue and gets this call. */
  readonly taken: Promise<void>;
  /** Resolves when that conversation is over. */
  readonly released: Promise<void>;
  take!: () => void;
  release!: () => void;

  constructor(session: CallSession, signal: AbortSignal) {
    this.session = session;
    this.signal = signal;
    this.taken = new Promise((resolve) => (this.take = resolve));
    this.released = new Promise((resolve) => (this.release = resolve));
  }

  get waitSeconds(): number {
    return Math.round((Date.now() - this.enqueuedAtMs) / 1000);
  }
}

/**
 * Calls that wait, first come, first served. https://www.twilio.com/docs/voice/api/queue-resource
 */
export class Queue {
  readonly sid = newSid('QU');
  readonly account: Account;
  readonly createdAtMs = Date.now();
  readonly members: QueueMember[] = [];
  friendlyName: string;
  maxSize: number;
  updatedAtMs = this.createdAtMs;
  readonly #dialling: (() => void)[] = [];

  constructor(account: Account, friendlyName: string, maxSize = DEFAULT_MAX_SIZE) {
    this.account = account;
    this.friendlyName = friendlyName;
    this.maxSize = maxSize;
    account.queues.set(this.sid, this);
  }

  get isFull(): boolean {
    return this.members.length >= this.maxSize;
  }

  get averageWaitSeconds(): number {
    const { length } = this.members;
    if (length === 0) return 0;
    return Math.round(this.members.reduce((sum, one) => sum + one.waitSeconds, 0) / length);
  }

  add(member: QueueMember): void {
    this.members.push(member);
    this.#dialling.shift()?.();
  }

  remove(member: QueueMember): void {
    const index = this.members.indexOf(member);
    if (index >= 0) this.members.splice(index, 1);
  }

  /** The call that has waited longest, or the next one that comes within the time. */
  async next(beat: Beat, timeoutMs: number, signal: AbortSignal): Promise<QueueMember | undefined> {
    const [first] = this.members;
    const come = new AbortController();
    const wake = (): void => come.abort();
    if (first === undefined) {
      this.#dialling.push(wake);
      await waitMs(beat, timeoutMs, AbortSignal.any([signal, come.signal]));
      const index = this.#dialling.indexOf(wake);
      if (index >= 0) this.#dialling.splice(index, 1);
    }
    const member = signal.aborted ? undefined : this.members.shift();
    member?.take();
    return member;
  }

  /** What a request about a waiting call tells. */
  paramsOf(member: QueueMember): Record<string, string> {
    return {
      QueueSid: this.sid,
      QueuePosition: String(this.members.indexOf(member) + 1),
      QueueTime: String(member.waitSeconds),
      AvgQueueTime: String(this.averageWaitSeconds),
      CurrentQueueSize: String(this.members.length),
      MaxQueueSize: String(this.maxSize),
    };
  }
}
