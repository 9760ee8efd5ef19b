import VoiceResponse from 'twilio/lib/twiml/VoiceResponse.js';

/** What Twilio shall do after the stream: the answers to the `action` of `<Connect>`. */

export function hangUpTwiml(): string {
  const response = new VoiceResponse();
  response.hangup();
  return response.toString();
}

export interface MessageTwimlOptions {
  /** What is said before the beep. */
  readonly say: string;
  /** Language of `<Say>`: it knows fewer than speech recognition does, es-ES, es-MX and es-US of Spanish. */
  readonly language: 'es-ES' | 'es-MX' | 'es-US' | 'en-US' | 'en-GB';
  /** @defaultValue 120 s; converted here, Twilio counts in seconds */
  readonly maxLengthMs?: number;
  /** Where Twilio goes when the message is recorded. */
  readonly actionUrl?: string;
  readonly recordingStatusCallbackUrl?: string;
}

/** An apology and a recording, when the conversation cannot go on. */
export function takeMessageTwiml(options: MessageTwimlOptions): string {
  const response = new VoiceResponse();
  response.say({ language: options.language }, options.say);
  response.record({
    maxLength: Math.round((options.maxLengthMs ?? 120_000) / 1000),
    playBeep: true,
    ...(options.actionUrl === undefined ? {} : { action: options.actionUrl }),
    ...(options.recordingStatusCallbackUrl === undefined
      ? {}
      : { recordingStatusCallback: options.recordingStatusCallbackUrl }),
  });
  // Reached when nothing was recorded: without it Twilio would fall off the end of the document.
  response.hangup();
  return response.toString();
}

/** Hands the call back to the workflow, whose webhook answers with TwiML of its own. */
export function redirectTwiml(url: string): string {
  const response = new VoiceResponse();
  response.redirect({ method: 'POST' }, url);
  return response.toString();
}

export interface DialTwimlOptions {
  /** E.164 */
  readonly number: string;
  /** E.164 of one of the account's numbers. */
  readonly callerId?: string;
  /** @defaultValue 25 s until the human counts as absent */
  readonly timeoutMs?: number;
  /** Asked for what follows when the human hangs up or does not answer. */
  readonly actionUrl?: string;
  /** TwiML that only the human hears before the calls are joined. */
  readonly whisperUrl?: string;
}

/** What a person hears alone before being joined with the caller; nothing: joined at once. */
export function whisperTwiml(
  say: string | undefined,
  language: MessageTwimlOptions['language'],
): string {
  const response = new VoiceResponse();
  if (say !== undefined) response.say({ language }, say);
  return response.toString();
}

/** Connects the caller with a human. */
export function dialTwiml(options: DialTwimlOptions): string {
  const response = new VoiceResponse();
  const dial = response.dial({
    answerOnBridge: true,
    timeout: Math.round((options.timeoutMs ?? 25_000) / 1000),
    ...(options.callerId === undefined ? {} : { callerId: options.callerId }),
    ...(options.actionUrl === undefined ? {} : { action: options.actionUrl }),
  });
  dial.number(options.whisperUrl === undefined ? {} : { url: options.whisperUrl }, options.number);
  return response.toString();
}
