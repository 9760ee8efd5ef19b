import type { Database } from '../db/database.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import type { Metrics } from '../kernel/metrics.ts';
import { ApiKeys } from './api-keys/api-keys.ts';
import { StoredCallActions } from './call-actions.ts';
import { Callbacks } from './callbacks/callbacks.ts';
import { StoredCallRecorder } from './calls/call-recorder.ts';
import { Calls } from './calls/calls.ts';
import { Budgets } from './costs/budgets.ts';
import { Costs } from './costs/costs.ts';
import { builtInPrices, type PriceTable } from './costs/price-table.ts';
import { Consents } from './compliance/consents.ts';
import { DoNotCall } from './compliance/do-not-call.ts';
import { Contacts } from './contacts/contacts.ts';
import { Deliveries } from './events/deliveries.ts';
import type { DeliveryQueue } from './events/ports.ts';
import { EventPublisher } from './events/publisher.ts';
import { Knowledge } from './knowledge/knowledge.ts';
import { Phrases } from './phrases/phrases.ts';
import type { PhraseStore } from './phrases/ports.ts';
import { Warmings } from './phrases/warmings.ts';
import { OrderedWrites } from './ordered-writes.ts';
import type { Admission, OnConnecting, OpenAiAccess, SessionOptions } from './sessions/sessions.ts';
import { Sessions } from './sessions/sessions.ts';
import type { SipAnswering } from './sip-calls/ports.ts';
import { SipCalls } from './sip-calls/sip-calls.ts';
import { Subscriptions } from './subscriptions/subscriptions.ts';
import { Tenants } from './tenants/tenants.ts';
import { StoredTranscriptionRecorder } from './transcriptions/transcription-recorder.ts';
import { Transcriptions } from './transcriptions/transcriptions.ts';
import { WebhookToolRunner } from './tools/tool-runner.ts';
import { Tools } from './tools/tools.ts';
import { Sealer } from './webhooks/sealer.ts';
import { WebhookClient } from './webhooks/webhook-client.ts';

export interface DomainOptions {
  /** Origin as Twilio sees it, https. */
  readonly publicUrl: string;
  readonly sessionTtlMs: number;
  readonly outboundSessionTtlMs: number;
  /** 32 bytes. */
  readonly encryptionKey: Buffer;
  readonly bootstrapApiKey?: string;
  readonly allowLoopbackWebhooks: boolean;
  /** @defaultValue the dated list prices that come with the product */
  readonly prices?: PriceTable;
  readonly openAi: OpenAiAccess;
}

export interface DomainParts {
  readonly db: Database;
  readonly queue: DeliveryQueue;
  /** Whether this process would take one more call. */
  readonly admission: () => Admission;
  readonly onConnecting: OnConnecting;
  readonly phraseStore: PhraseStore;
  /** Ends one of this process. @returns false when it is not here */
  readonly endCall: (callId: string) => boolean;
  readonly stopTranscription: (transcriptionId: string) => boolean;
  /** Takes calls that reach OpenAI over SIP; absent: there are none. */
  readonly sipAnswering?: SipAnswering;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

/** Wires the nouns with each other. */
export function buildDomain(parts: DomainParts, options: DomainOptions) {
  const { db, admission, onConnecting, clock, metrics, logger } = parts;
  const policy = { allowLoopback: options.allowLoopbackWebhooks };
  const client = new WebhookClient(policy);
  const tenants = new Tenants(db);
  const webhookOwner = { db, tenants, sealer: new Sealer(options.encryptionKey), policy };
  const tools = new Tools({ ...webhookOwner, logger });
  const subscriptions = new Subscriptions(webhookOwner);
  const records = { db, tenants, clock };
  const contacts = new Contacts(records);
  const doNotCall = new DoNotCall(records);
  const publisher = new EventPublisher(parts.queue);
  const budgets = new Budgets({ db, publisher, clock });
  const urls = twilioUrls(options.publicUrl);
  const warmings = new Warmings({ store: parts.phraseStore, clock, logger });
  const { sessionTtlMs, outboundSessionTtlMs, openAi } = options;
  const sessions = new Sessions(
    { ...records, tools, contacts, doNotCall, budgets, admission, onConnecting },
    { sessionTtlMs, outboundSessionTtlMs, openAi, urls },
  );
  const answering = openAi.configured ? parts.sipAnswering : undefined;
  const prices = options.prices ?? builtInPrices;
  const recording = recorders(parts, publisher, prices);
  return {
    ...recording,
    tenants,
    tools,
    subscriptions,
    apiKeys: new ApiKeys(db, tenants, options.bootstrapApiKey),
    calls: new Calls(db, tenants, { clock, endHere: parts.endCall }),
    phrases: new Phrases(tenants, parts.phraseStore, warmings),
    warmings,
    sessions,
    sipCalls: new SipCalls({ db, tenants, sessions, admission, answering, clock, logger }),
    costs: new Costs({ ...records, prices }),
    transcriptions: new Transcriptions({
      ...records,
      recorder: recording.transcriptionRecorder,
      admission,
      stopHere: parts.stopTranscription,
      urls,
    }),
    contacts,
    consents: new Consents(records),
    doNotCall,
    knowledge: new Knowledge(records),
    callbacks: new Callbacks({ db, tenants }),
    toolRunner: new WebhookToolRunner({ tools, tenants, client, clock, logger }),
    deliveries: new Deliveries({ db, subscriptions, client, clock, metrics, logger }),
    webhookClient: client,
  };
}

/** What writes down what happens in calls and transcriptions. */
function recorders(
  { db, clock, metrics, logger }: DomainParts,
  publisher: EventPublisher,
  prices: PriceTable,
) {
  // One queue of each call: what its agent does is told in order with what it says.
  const writes = new OrderedWrites({ db, publisher, metrics, logger });
  return {
    actions: new StoredCallActions({ writes, clock, logger }),
    recorder: new StoredCallRecorder({ writes, prices, logger }),
    transcriptionRecorder: new StoredTranscriptionRecorder({ db, publisher, metrics, logger }),
  };
}

function twilioUrls(publicUrl: string): SessionOptions['urls'] {
  return {
    stream: mediaUrl(publicUrl),
    action: `${publicUrl}/twilio/stream-ended`,
    streamStatus: `${publicUrl}/twilio/stream-status`,
    // What follows a conversation is the same, whichever way its audio went.
    dialAction: `${publicUrl}/twilio/stream-ended`,
  };
}

/** Where Twilio opens media streams: always `wss`. @param publicUrl an `https` origin */
export function mediaUrl(publicUrl: string): string {
  return `${publicUrl.replace(/^https/, 'wss')}/twilio/media`;
}
