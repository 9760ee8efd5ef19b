import type { Handset, HandsetEvents, TelephoneNetwork } from '../telephone-network/handset.ts';
import type { LineConditions } from '../telephone-network/line-path.ts';
import type { Telephone, Telephones } from '../telephone-network/telephones.ts';
import type { Beat } from '../telephone-network/ticker.ts';
import type { MediaStreamLimits } from '../media-streams/media-stream.ts';
import type { Faults } from '../faults/faults.ts';
import type { Recognizer } from '../recognition/contract.ts';
import type { Voices } from '../voices/contract.ts';
import type { Account, AccountNumber } from './account.ts';
import type { CallEvent, StatusCallback, TwimlSource } from './call-data.ts';
import { CallSession } from './call-session.ts';
import { WebhookError, type WebhookClient } from './http-client.ts';
import { joinNumbers } from './internal-call.ts';

/** Voices that also know which of theirs stands for a voice of Twilio's. */
export interface SayVoices extends Voices {
  /** @throws RangeError where no voice speaks the language */
  voiceFor(voiceName: string, languageCode: string): string;
}

export interface ExchangeOptions {
  readonly accounts: ReadonlyMap<string, Account>;
  readonly telephones: Telephones;
  readonly beat: Beat;
  readonly voices: SayVoices;
  readonly recognizer: Recognizer;
  readonly webhooks: WebhookClient;
  readonly faults: Faults;
  readonly trustedCaPem?: string | undefined;
  readonly streamLimits?: Partial<MediaStreamLimits> | undefined;
}

export interface OutboundCall {
  readonly session: CallSession;
  readonly timeoutMs: number;
  /** What happens to the call once somebody has picked up. */
  answered(): Promise<void>;
  /** Nobody has, and nobody will. */
  failed?(): void;
}

export interface DialOptions {
  readonly from: string;
  readonly to: string;
  readonly conditions?: Partial<LineConditions> | undefined;
}

/** Twilio's switch: takes calls from outside, places calls to outside, and knows all of them. */
export class Exchange implements TelephoneNetwork {
  readonly accounts: ReadonlyMap<string, Account>;
  readonly telephones: Telephones;
  readonly beat: Beat;
  readonly voices: SayVoices;
  readonly recognizer: Recognizer;
  readonly webhooks: WebhookClient;
  readonly faults: Faults;
  readonly trustedCaPem: string | undefined;
  readonly streamLimits: Partial<MediaStreamLimits> | undefined;
  /** Where the REST API listens; recordings are fetched there. */
  publicUrl = '';
  onCallEvent: ((session: CallSession, event: CallEvent) => void) | undefined;
  readonly #nextStartAtMs = new Map<string, number>();

  constructor(options: ExchangeOptions) {
    this.accounts = options.accounts;
    this.telephones = options.telephones;
    this.beat = options.beat;
    this.voices = options.voices;
    this.recognizer = options.recognizer;
    this.webhooks = options.webhooks;
    this.faults = options.faults;
    this.trustedCaPem = options.trustedCaPem;
    this.streamLimits = options.streamLimits;
  }

  dial(call: DialOptions, events: HandsetEvents): Handset {
    const owner = this.ownerOf(call.to);
    if (owner === undefined) return refusedHandset(events);
    const { account, number } = owner;
    const isFull = account.callsInProgress >= account.maxConcurrentCalls;
    const session = new CallSession({
      account,
      exchange: this,
      direction: 'inbound',
      from: call.from,
      to: call.to,
      events,
      conditions: call.conditions,
      phoneNumberSid: number.sid,
      fallback: number.voiceFallbackUrl
        ? { url: number.voiceFallbackUrl, method: number.voiceFallbackMethod }
        : undefined,
      statusCallback: completedCallback(number),
    });
    // Later, so that whoever dials holds the handset before its first event.
    setImmediate(() => {
      if (!session.isActive) return;
      if (isFull) {
        session.warn(10_004, 'Call concurrency limit exceeded');
        session.end('busy', 'network', 10_004);
        return;
      }
      const source = this.#voiceSource(account, number);
      if (source === undefined) session.end('failed', 'network');
      else this.supervise(session, session.runInbound(source));
    });
    return session.line.handset;
  }

  /** Queues a call of the REST API behind those before it: one per second and account. */
  place(call: OutboundCall): void {
    const { session } = call;
    this.supervise(session, this.#runOutbound(call));
  }

  /** Reserves the next start of the account's queue; ms until then. */
  reserveStart(account: Account): number {
    const now = performance.now();
    const atMs = Math.max(now, this.#nextStartAtMs.get(account.sid) ?? 0);
    this.#nextStartAtMs.set(account.sid, atMs + 1000 / account.callsPerSecond);
    return Math.round(atMs - now);
  }

  findCall(callSid: string): CallSession | undefined {
    for (const account of this.accounts.values()) {
      const session = account.calls.get(callSid);
      if (session) return session;
    }
    return undefined;
  }

  allNumbers(): readonly AccountNumber[] {
    return [...this.accounts.values()].flatMap((account) => [...account.numbers.values()]);
  }

  /** What the web phone offers to call. */
  numbers(): readonly { readonly phoneNumber: string; readonly friendlyName: string }[] {
    return this.allNumbers();
  }

  allCalls(): readonly CallSession[] {
    return [...this.accounts.values()].flatMap((account) => [...account.calls.values()]);
  }

  /** Ends every call that is still going on. */
  close(): void {
    for (const call of this.allCalls()) call.end('failed', 'network');
  }

  ownerOf(phoneNumber: string): { account: Account; number: AccountNumber } | undefined {
    for (const account of this.accounts.values()) {
      const number = account.numberOf(phoneNumber);
      if (number) return { account, number };
    }
    return undefined;
  }

  /** A telephone outside, or one of the network's own numbers, which is called like any other. */
  telephoneFor(address: string): Telephone | undefined {
    const outside = this.telephones.find(address);
    if (outside) return outside;
    return this.ownerOf(address) ? { ring: (call) => joinNumbers(this, call) } : undefined;
  }

  recordingUrl(accountSid: string, recordingSid: string): string {
    return `${this.publicUrl}/2010-04-01/Accounts/${accountSid}/Recordings/${recordingSid}`;
  }

  /** A callback whose reply does not matter; it is repeated as its address says, and a failure written down. */
  async notify(
    session: CallSession,
    url: string,
    method: 'GET' | 'POST',
    params: Readonly<Record<string, string>>,
  ): Promise<void> {
    try {
      const { authToken } = session.account;
      const reply = await this.webhooks.request({
        ...{ url, method, params, authToken },
        onRetry: (why) => session.log('request-retried', { url, why }),
      });
      session.log('callback', { url, params, status: reply.status });
      if (reply.status >= 400) session.warn(11_200, `the callback was answered ${reply.status}`);
    } catch (error) {
      if (!(error instanceof WebhookError)) throw error;
      session.log('callback', { url, params, error: error.message });
      session.warn(error.code, error.message);
    }
  }

  /** Of work on a call that nobody waits for. */
  supervise(session: CallSession, running: Promise<void>): void {
    running.catch((error: unknown) => {
      // A mistake of the simulator itself: the call must not hang, and somebody must hear of it.
      session.log('simulator-error', { message: String(error) });
      session.end('failed', 'network');
      process.emitWarning(error instanceof Error ? error : String(error));
    });
  }

  async #runOutbound(call: OutboundCall): Promise<void> {
    const { session } = call;
    const delayMs = session.options.queueTimeMs ?? 0;
    if (delayMs > 0) await delay(delayMs, session.lifetime);
    if (!session.isActive) return call.failed?.();
    if (session.account.callsInProgress >= session.account.maxConcurrentCalls) {
      session.warn(10_004, 'Call concurrency limit exceeded');
      session.end('failed', 'network', 10_004);
      call.failed?.();
      return;
    }
    if (await session.ringOutside(call.timeoutMs)) await call.answered();
    else call.failed?.();
  }

  #voiceSource(account: Account, number: AccountNumber): TwimlSource | undefined {
    // Its calls go to the trunk, and calls over trunks are not imitated.
    if (number.trunkSid !== null) return undefined;
    const application = account.applications.get(number.voiceApplicationSid);
    const url = application?.voiceUrl ?? number.voiceUrl;
    if (!url) return undefined;
    return { kind: 'url', url, method: application?.voiceMethod ?? number.voiceMethod };
  }
}

function completedCallback(number: AccountNumber): StatusCallback | undefined {
  if (!number.statusCallback) return undefined;
  return {
    url: number.statusCallback,
    method: number.statusCallbackMethod,
    events: new Set(['completed']),
  };
}

function delay(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done, { once: true });
  });
}

/** Nobody has that number: the call fails after the handset is in its owner's hands. */
function refusedHandset(events: HandsetEvents): Handset {
  setImmediate(() => events.ended?.({ status: 'failed', endedBy: 'network' }));
  const nothing = (): void => {};
  return {
    callSid: '',
    unsentBytes: 0,
    sendAudio: nothing,
    stopSending: nothing,
    press: nothing,
    hangUp: nothing,
  };
}
