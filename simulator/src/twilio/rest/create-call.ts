import type { Account } from '../account.ts';
import { defaultDetectionOptions, type DetectionOptions } from '../answering-machine.ts';
import type { StatusCallback, TwimlSource } from '../call-data.ts';
import { CallSession } from '../call-session.ts';
import type { Exchange } from '../exchange.ts';
import { normalizeNumber, parseAddress, type Address } from '../phone-numbers.ts';
import type { RecordingOptions } from '../recording.ts';
import { restErrors } from './errors.ts';
import type { Form } from './form.ts';
import { recordingFields, recordingOptionsOf } from './recording-fields.ts';

const MAX_TWIML_LENGTH = 4000;
const callEvents = ['initiated', 'ringing', 'answered', 'completed'] as const;

const fields = [
  ...recordingFields,
  'SipAuthUsername',
  'SipAuthPassword',
  'Passports',
  'ClientNotificationUrl',
  'CallToken',
  'Byoc',
  'ApplicationSid',
  'AsyncAmd',
  'AsyncAmdStatusCallback',
  'AsyncAmdStatusCallbackMethod',
  'CallerId',
  'CallReason',
  'FallbackMethod',
  'FallbackUrl',
  'From',
  'MachineDetection',
  'MachineDetectionSilenceTimeout',
  'MachineDetectionSpeechEndThreshold',
  'MachineDetectionSpeechThreshold',
  'MachineDetectionTimeout',
  'Method',
  'Record',
  'SendDigits',
  'StatusCallback',
  'StatusCallbackEvent',
  'StatusCallbackMethod',
  'TimeLimit',
  'Timeout',
  'To',
  'Twiml',
  'Url',
] as const;

/**
 * Checks the form of a new call and queues it.
 * https://www.twilio.com/docs/voice/api/call-resource#create-a-call-resource
 * @throws RestError
 */
export function createCall(exchange: Exchange, account: Account, form: Form): CallSession {
  form.allowOnly(fields);
  const parties = partiesOf(account, form);
  const { source, application } = sourceOf(account, form);
  const fallbackUrl = form.url('FallbackUrl') ?? application?.voiceFallbackUrl;
  const timeoutMs = (form.integer('Timeout', 1, 600, restErrors.invalidTimeout) ?? 60) * 1000;
  const timeLimit = form.integer('TimeLimit', 1, 86_400);
  const sendDigits = form.filled('SendDigits');
  if (sendDigits !== undefined && !/^[0-9*#wW]{1,32}$/.test(sendDigits))
    throw restErrors.invalidSendDigits();
  if (form.has('SipAuthPassword') && !form.filled('SipAuthUsername'))
    throw restErrors.invalid('SipAuthPassword needs SipAuthUsername');
  // Everything is checked before a place in the queue is taken.
  const checked = {
    statusCallback: statusCallbackOf(form),
    detection: sendDigits === undefined ? detectionOf(form) : undefined,
    recording: recordingOf(form),
    fallback: fallbackUrl
      ? { url: fallbackUrl, method: form.method('FallbackMethod') ?? ('POST' as const) }
      : undefined,
  };
  const phoneNumberSid = account.numberOf(parties.from)?.sid;
  const session = new CallSession({
    account,
    exchange,
    direction: 'outbound-api',
    ...parties,
    queueTimeMs: exchange.reserveStart(account),
    ...checked,
    ...(phoneNumberSid === undefined ? {} : { phoneNumberSid }),
    ...(timeLimit === undefined ? {} : { timeLimitMs: timeLimit * 1000 }),
  });
  exchange.place({ session, timeoutMs, answered: () => session.runAnswered(source, sendDigits) });
  return session;
}

export interface Parties {
  readonly from: string;
  readonly to: string;
  readonly place: string;
  readonly callerId: string | undefined;
}

/**
 * `To`, `From` and `CallerId` of whatever places a call.
 * https://www.twilio.com/docs/voice/api/call-resource#create-a-call-resource
 */
export function partiesOf(account: Account, form: Form): Parties {
  const to = form.filled('To');
  const from = form.filled('From');
  if (to === undefined) throw restErrors.noTo();
  if (from === undefined) throw restErrors.noFrom();
  const address = parseAddress(to);
  if (address === undefined) throw restErrors.invalidTo(to);
  const shown = callerOf(account, from, address);
  const callerId = form.filled('CallerId');
  if (address.kind === 'number') {
    if (!account.mayCall(address.text)) throw restErrors.geoPermission(address.text);
    const isKnown = account.mayShow(address.text);
    if (account.type === 'Trial' && !isKnown) throw restErrors.trialTo(address.text);
  }
  return {
    from: shown,
    to: address.text,
    place: address.place,
    callerId: callerId === undefined ? undefined : callerOf(account, callerId, address),
  };
}

/** A telephone is shown a number of the account; SIP and clients may be shown a name, too. */
function callerOf(account: Account, text: string, to: Address): string {
  const number = normalizeNumber(text);
  if (number !== undefined) {
    if (!account.mayShow(number)) throw restErrors.fromNotVerified(text);
    return number;
  }
  if (to.kind === 'number' || !/^[A-Za-z0-9_.:@+-]{1,128}$/.test(text))
    throw restErrors.invalidFrom(text);
  return text;
}

/** ApplicationSid, Twiml or Url, in this order; one of them must be there. */
function sourceOf(
  account: Account,
  form: Form,
): { source: TwimlSource; application?: { readonly voiceFallbackUrl: string } } {
  const applicationSid = form.filled('ApplicationSid');
  if (applicationSid !== undefined) {
    const application = account.applications.get(applicationSid);
    if (application === undefined) throw restErrors.invalidApplication();
    const { voiceUrl: url, voiceMethod: method } = application;
    return { source: { kind: 'url', url, method }, application };
  }
  const given = givenSource(form);
  if (given === undefined) throw restErrors.noUrl();
  return { source: given };
}

/** `Url` or `Twiml` of a new or a running call; the pages contradict each other about both. */
export function givenSource(form: Form): TwimlSource | undefined {
  const twiml = form.filled('Twiml');
  const url = form.url('Url');
  if (twiml !== undefined && url !== undefined)
    throw restErrors.invalid('Send either Url or Twiml, not both');
  const method = form.method('Method') ?? 'POST';
  if (url !== undefined) return { kind: 'url', url, method };
  if (twiml === undefined) return undefined;
  if (twiml.length > MAX_TWIML_LENGTH)
    throw restErrors.invalid(`Twiml is longer than ${MAX_TWIML_LENGTH} characters`);
  return { kind: 'inline', twiml };
}

export function statusCallbackOf(form: Form): StatusCallback | undefined {
  const url = form.url('StatusCallback');
  const method = form.method('StatusCallbackMethod') ?? 'POST';
  const events = form.someOf('StatusCallbackEvent', callEvents);
  if (url === undefined) return undefined;
  return { url, method, events: new Set(events.length > 0 ? events : ['completed']) };
}

function recordingOf(form: Form): RecordingOptions | undefined {
  const options = recordingOptionsOf(form, 'OutboundAPI');
  return form.boolean('Record') === true ? options : undefined;
}

export function detectionOf(form: Form): DetectionOptions | undefined {
  const mode = form.oneOf('MachineDetection', ['Enable', 'DetectMessageEnd']);
  const d = defaultDetectionOptions;
  const ms = (name: string, min: number, max: number, otherwise: number): number =>
    form.integer(name, min, max) ?? otherwise;
  const timeout = form.integer('MachineDetectionTimeout', 3, 59);
  const thresholds = {
    speechThresholdMs: ms('MachineDetectionSpeechThreshold', 1000, 6000, d.speechThresholdMs),
    speechEndThresholdMs: ms(
      'MachineDetectionSpeechEndThreshold',
      500,
      5000,
      d.speechEndThresholdMs,
    ),
    silenceTimeoutMs: ms('MachineDetectionSilenceTimeout', 2000, 10_000, d.silenceTimeoutMs),
  };
  const url = form.url('AsyncAmdStatusCallback');
  const method = form.method('AsyncAmdStatusCallbackMethod') ?? 'POST';
  const asynchronous = form.boolean('AsyncAmd') ?? false;
  if (mode === undefined) return undefined;
  return {
    mode,
    timeoutMs: timeout === undefined ? d.timeoutMs : timeout * 1000,
    ...thresholds,
    asynchronous,
    callback: url ? { url, method } : undefined,
  };
}
