import { conferenceEvents } from '../twilio/conferences/events.ts';
import { gatherLanguages, isSayVoice, sayLanguages } from './languages.ts';

export type Accepts = (value: string) => boolean;

export interface ElementSchema {
  readonly attributes: Readonly<Record<string, Accepts>>;
  readonly required?: readonly string[];
  readonly children: readonly string[];
  readonly text: boolean;
}

const any: Accepts = () => true;
const bool: Accepts = (value) => value === 'true' || value === 'false';
const integer =
  (min: number, max: number): Accepts =>
  (value) =>
    /^\d+$/.test(value) && Number(value) >= min && Number(value) <= max;
const oneOf =
  (...values: readonly string[]): Accepts =>
  (value) =>
    values.includes(value);
/** Space-separated words, each of the list. */
const someOf =
  (...values: readonly string[]): Accepts =>
  (value) =>
    value.split(' ').every((word) => values.includes(word));
const url: Accepts = (value) => URL.canParse(value, 'https://relative.example');
const method = oneOf('GET', 'POST');
const seconds = integer(0, 86_400);

const callbackEvents = someOf('initiated', 'ringing', 'answered', 'completed');
const recordingEvents = someOf('in-progress', 'completed', 'absent');
const recordingCallback = {
  recordingStatusCallback: url,
  recordingStatusCallbackMethod: method,
  recordingStatusCallbackEvent: recordingEvents,
  recordingConfigurationId: any,
};
const detection = {
  machineDetection: oneOf('Enable', 'DetectMessageEnd'),
  machineDetectionTimeout: integer(3, 59),
  machineDetectionSpeechThreshold: integer(1000, 6000),
  machineDetectionSpeechEndThreshold: integer(500, 5000),
  machineDetectionSilenceTimeout: integer(2000, 10_000),
  amdStatusCallback: url,
  amdStatusCallbackMethod: method,
};

function element(
  attributes: Readonly<Record<string, Accepts>>,
  rest: Partial<ElementSchema> = {},
): ElementSchema {
  return { attributes, children: [], text: false, ...rest };
}

/** Speech markup inside `<Say>`; the simulator speaks its text and leaves the markup out. */
export const ssmlElements: ReadonlySet<string> = new Set([
  'amazon:effect',
  'break',
  'emphasis',
  'lang',
  'p',
  'phoneme',
  'prosody',
  's',
  'say-as',
  'sub',
  'w',
]);

/**
 * The voice verbs that this network simulates, with every attribute Twilio's SDK (6.2.0) and pages
 * know. https://www.twilio.com/docs/voice/twiml
 */
export const elementSchemas: Readonly<Record<string, ElementSchema>> = {
  Response: element(
    {},
    {
      children: [
        'Connect',
        'Dial',
        'Enqueue',
        'Gather',
        'Hangup',
        'Leave',
        'Pause',
        'Play',
        'Record',
        'Redirect',
        'Reject',
        'Say',
        'Start',
        'Stop',
      ],
    },
  ),
  Say: element(
    {
      voice: isSayVoice,
      language: (value) => sayLanguages.has(value),
      loop: integer(0, 1000),
    },
    { text: true },
  ),
  Play: element({ loop: integer(0, 1000), digits: (v) => /^[0-9*#wW]+$/.test(v) }, { text: true }),
  Pause: element({ length: integer(0, 180) }),
  Hangup: element({}),
  Leave: element({}),
  Reject: element({ reason: oneOf('rejected', 'busy') }),
  Redirect: element({ method }, { text: true }),
  Gather: element(
    {
      action: url,
      method,
      actionOnEmptyResult: bool,
      bargeIn: bool,
      debug: bool,
      enhanced: bool,
      finishOnKey: (value) => /^[0-9*#]*$/.test(value),
      hints: any,
      input: oneOf('dtmf', 'speech', 'dtmf speech', 'speech dtmf'),
      language: (value) => gatherLanguages.has(value),
      maxSpeechTime: integer(1, 600),
      numDigits: integer(1, 1000),
      partialResultCallback: url,
      partialResultCallbackMethod: method,
      profanityFilter: bool,
      speechModel: any,
      speechTimeout: (value) => value === 'auto' || /^[1-9]\d*$/.test(value),
      timeout: (value) => value === 'auto' || seconds(value),
    },
    { children: ['Say', 'Play', 'Pause'] },
  ),
  Record: element({
    action: url,
    method,
    finishOnKey: (value) => /^[0-9*#]*$/.test(value),
    maxLength: integer(1, 14_400),
    playBeep: bool,
    timeout: seconds,
    transcribe: bool,
    transcribeCallback: url,
    trim: oneOf('trim-silence', 'do-not-trim'),
    ...recordingCallback,
  }),
  Dial: element(
    {
      action: url,
      method,
      answerOnBridge: bool,
      callerId: any,
      events: any,
      hangupOnStar: bool,
      passports: any,
      record: oneOf(
        'do-not-record',
        'record-from-answer',
        'record-from-ringing',
        'record-from-answer-dual',
        'record-from-ringing-dual',
        'true',
        'false',
      ),
      recordingTrack: oneOf('both', 'inbound', 'outbound'),
      referMethod: method,
      referUrl: url,
      ringTone: (value) => /^[a-z]{2}(-old)?$/.test(value),
      sequential: bool,
      timeLimit: integer(1, 86_400),
      timeout: integer(1, 600),
      trim: oneOf('trim-silence', 'do-not-trim'),
      ...recordingCallback,
    },
    { text: true, children: ['Number', 'Client', 'Sip', 'Conference', 'Queue'] },
  ),
  Number: element(
    {
      url,
      method,
      sendDigits: (value) => /^[0-9*#wW]+$/.test(value),
      statusCallback: url,
      statusCallbackMethod: method,
      statusCallbackEvent: callbackEvents,
      byoc: any,
      ...detection,
    },
    { text: true },
  ),
  Client: element(
    {
      url,
      method,
      statusCallback: url,
      statusCallbackMethod: method,
      statusCallbackEvent: callbackEvents,
    },
    { text: true, children: ['Identity', 'Parameter'] },
  ),
  Identity: element({}, { text: true }),
  Sip: element(
    {
      url,
      method,
      username: any,
      password: any,
      statusCallback: url,
      statusCallbackMethod: method,
      statusCallbackEvent: callbackEvents,
      ...detection,
    },
    { text: true },
  ),
  Conference: element(
    {
      beep: oneOf('true', 'false', 'onEnter', 'onExit'),
      coach: (value) => /^CA[0-9a-f]{32}$/.test(value),
      endConferenceOnExit: bool,
      eventCallbackUrl: url,
      jitterBufferSize: oneOf('large', 'medium', 'small', 'off'),
      maxParticipants: integer(1, 250),
      muted: bool,
      participantLabel: (value) => value.length <= 128,
      record: oneOf('do-not-record', 'record-from-start', 'true', 'false'),
      region: oneOf('us1', 'us2', 'ie1', 'de1', 'sg1', 'br1', 'au1', 'jp1'),
      startConferenceOnEnter: bool,
      statusCallback: url,
      statusCallbackEvent: someOf(...conferenceEvents),
      statusCallbackMethod: method,
      trim: oneOf('trim-silence', 'do-not-trim'),
      waitMethod: method,
      waitUrl: any,
      ...recordingCallback,
    },
    { text: true },
  ),
  Queue: element({ url, method, reservationSid: any, postWorkActivitySid: any }, { text: true }),
  Enqueue: element(
    { action: url, method, maxQueueSize: integer(1, 5000), waitUrl: any, waitUrlMethod: method },
    { text: true },
  ),
  Connect: element({ action: url, method }, { children: ['Stream'] }),
  Start: element({ action: url, method }, { children: ['Recording', 'Stream'] }),
  Recording: element({
    channels: oneOf('mono', 'dual'),
    track: oneOf('both', 'inbound', 'outbound'),
    trim: oneOf('trim-silence', 'do-not-trim'),
    ...recordingCallback,
  }),
  Stop: element({}, { children: ['Stream'] }),
  Stream: element(
    {
      url: any,
      name: any,
      track: oneOf('inbound_track', 'outbound_track', 'both_tracks'),
      statusCallback: url,
      statusCallbackMethod: method,
      connectorName: any,
    },
    { children: ['Parameter'] },
  ),
  Parameter: element({ name: any, value: any }, { required: ['name', 'value'] }),
};
