import type { CallSession } from './call-session.ts';
import type { Conference } from './conferences/conference.ts';
import type { Queue } from './queue.ts';
import type { Recording } from './recording.ts';
import { newSid } from './sids.ts';
import { isE164 } from './phone-numbers.ts';

export type HttpMethod = 'GET' | 'POST';

/** An `IncomingPhoneNumber`. */
export interface AccountNumber {
  readonly sid: string;
  readonly accountSid: string;
  readonly phoneNumber: string;
  friendlyName: string;
  voiceUrl: string;
  voiceMethod: HttpMethod;
  voiceFallbackUrl: string;
  voiceFallbackMethod: HttpMethod;
  voiceApplicationSid: string;
  voiceCallerIdLookup: boolean;
  /** While there is one, its calls go there, and the voice URL and the application are not asked. */
  trunkSid: string | null;
  statusCallback: string;
  statusCallbackMethod: HttpMethod;
  readonly createdAtMs: number;
  updatedAtMs: number;
}

/** What an owner may say about a number that is added. */
export type NumberSettings = {
  readonly [
    K in
      | 'friendlyName'
      | 'voiceUrl'
      | 'voiceMethod'
      | 'voiceFallbackUrl'
      | 'voiceFallbackMethod'
      | 'statusCallback'
      | 'statusCallbackMethod'
      | 'trunkSid'
  ]?: AccountNumber[K] | undefined;
};

/** A TwiML application (`AP…`): a reusable set of URLs. */
export interface Application {
  readonly sid: string;
  readonly voiceUrl: string;
  readonly voiceMethod: HttpMethod;
  readonly voiceFallbackUrl: string;
  readonly statusCallback: string;
  readonly statusCallbackMethod: HttpMethod;
}

/** Where a trunk sends the calls of its numbers. */
export interface OriginationUrl {
  readonly sid: string;
  readonly sipUrl: string;
  readonly friendlyName: string;
  /** 0 to 65535; the lowest is called first. */
  readonly priority: number;
  /** 1 to 65535: the share among those of the same priority. */
  readonly weight: number;
  readonly enabled: boolean;
  readonly createdAtMs: number;
}

/** An Elastic SIP Trunk (`TK…`). */
export interface Trunk {
  readonly sid: string;
  readonly accountSid: string;
  /** By SID, in order of creation. */
  readonly originationUrls: ReadonlyMap<string, OriginationUrl>;
}

export type OriginationUrlSettings = Omit<OriginationUrl, 'sid' | 'createdAtMs'>;

export interface AccountOptions {
  readonly accountSid: string;
  readonly authToken: string;
  /** @defaultValue `Simulated account` */
  readonly friendlyName?: string | undefined;
  /** A trial account calls verified numbers only. @defaultValue `Full` */
  readonly type?: 'Full' | 'Trial' | undefined;
  /** Numbers of others that were verified: caller IDs, and what a trial account may call. */
  readonly verifiedNumbers?: readonly string[] | undefined;
  /** Calls per second that the REST API starts; the rest waits. @defaultValue 1, as Twilio's */
  readonly callsPerSecond?: number | undefined;
  /** Concurrent calls, inbound and outbound. @defaultValue unlimited */
  readonly maxConcurrentCalls?: number | undefined;
  /** Prefixes of numbers that may be called, as `+56`. @defaultValue all */
  readonly callablePrefixes?: readonly string[] | undefined;
  /** Whether recordings are for the account alone, or for whoever has their URL. @defaultValue true */
  readonly enforceMediaAuth?: boolean | undefined;
  /** REST requests per second before 20429. @defaultValue 100 */
  readonly requestsPerSecond?: number | undefined;
}

/** One customer of Twilio, and all that belongs to it. */
export class Account {
  readonly sid: string;
  readonly authToken: string;
  readonly friendlyName: string;
  readonly type: 'Full' | 'Trial';
  readonly verifiedNumbers: readonly string[];
  readonly callsPerSecond: number;
  readonly maxConcurrentCalls: number;
  readonly requestsPerSecond: number;
  readonly callablePrefixes: readonly string[] | undefined;
  readonly enforceMediaAuth: boolean;
  readonly createdAtMs = Date.now();
  readonly numbers = new Map<string, AccountNumber>();
  readonly applications = new Map<string, Application>();
  readonly trunks = new Map<string, Trunk>();
  /** By SID, in order of creation. */
  readonly calls = new Map<string, CallSession>();
  readonly recordings = new Map<string, Recording>();
  readonly conferences = new Map<string, Conference>();
  readonly queues = new Map<string, Queue>();

  constructor(options: AccountOptions) {
    this.sid = options.accountSid;
    this.authToken = options.authToken;
    this.friendlyName = options.friendlyName ?? 'Simulated account';
    this.type = options.type ?? 'Full';
    this.verifiedNumbers = options.verifiedNumbers ?? [];
    this.callsPerSecond = options.callsPerSecond ?? 1;
    this.maxConcurrentCalls = options.maxConcurrentCalls ?? Number.POSITIVE_INFINITY;
    this.requestsPerSecond = options.requestsPerSecond ?? 100;
    this.callablePrefixes = options.callablePrefixes;
    this.enforceMediaAuth = options.enforceMediaAuth ?? true;
  }

  /** @throws RangeError for what is not E.164 */
  addNumber(phoneNumber: string, settings: NumberSettings = {}): AccountNumber {
    if (!isE164(phoneNumber)) throw new RangeError('a number must be in E.164');
    const now = Date.now();
    const number: AccountNumber = {
      friendlyName: phoneNumber,
      voiceUrl: '',
      voiceMethod: 'POST',
      voiceFallbackUrl: '',
      voiceFallbackMethod: 'POST',
      voiceApplicationSid: '',
      voiceCallerIdLookup: false,
      trunkSid: null,
      statusCallback: '',
      statusCallbackMethod: 'POST',
      ...Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)),
      sid: newSid('PN'),
      accountSid: this.sid,
      phoneNumber,
      createdAtMs: now,
      updatedAtMs: now,
    };
    this.numbers.set(number.sid, number);
    return number;
  }

  addTrunk(sid: string, originationUrls: readonly OriginationUrlSettings[]): Trunk {
    const createdAtMs = Date.now();
    const urls = originationUrls.map((url) => ({ ...url, sid: newSid('OU'), createdAtMs }));
    const bySid = new Map(urls.map((url) => [url.sid, url]));
    const trunk = { sid, accountSid: this.sid, originationUrls: bySid };
    this.trunks.set(sid, trunk);
    return trunk;
  }

  numberOf(phoneNumber: string): AccountNumber | undefined {
    for (const number of this.numbers.values())
      if (number.phoneNumber === phoneNumber) return number;
    return undefined;
  }

  /** The room of that name that is open now. */
  conferenceNamed(friendlyName: string): Conference | undefined {
    for (const conference of this.conferences.values())
      if (conference.friendlyName === friendlyName && conference.status !== 'completed')
        return conference;
    return undefined;
  }

  queueNamed(friendlyName: string): Queue | undefined {
    for (const queue of this.queues.values()) if (queue.friendlyName === friendlyName) return queue;
    return undefined;
  }

  /** Whether the account may show this number to whom it calls. */
  mayShow(phoneNumber: string): boolean {
    return this.numberOf(phoneNumber) !== undefined || this.verifiedNumbers.includes(phoneNumber);
  }

  /** Twilio's geographic permissions. */
  mayCall(phoneNumber: string): boolean {
    return this.callablePrefixes?.some((prefix) => phoneNumber.startsWith(prefix)) ?? true;
  }

  /** Calls on the network; those that wait in the queue of the API are not. */
  get callsInProgress(): number {
    let count = 0;
    for (const call of this.calls.values()) if (call.isOnNetwork) count++;
    return count;
  }
}
