import { FRAME_MS } from '../../telephone-network/line-audio.ts';
import type { TwimlElement } from '../document.ts';
import { actionSource, boolOf, numberOf, type Verb } from '../verb.ts';
import { prompt } from './speech.ts';

/** Where `timeout="auto"`, or nothing, is said. */
const DEFAULT_TIMEOUT_S = 5;

/** https://www.twilio.com/docs/voice/twiml/gather */
export const gather: Verb = async (element, context) => {
  const { session, signal } = context;
  if (element.attributes.partialResultCallback !== undefined)
    session.log('not-simulated', { what: 'partialResultCallback' });
  const prompting = new AbortController();
  const options = gatherOptions(element);
  const input = new GatherInput(options, () => prompting.abort());
  const recognition = options.speech
    ? session.exchange.recognizer.listen({
        speechStarted: () => input.speechStarted(),
        interim: ({ text }) => input.interim(text),
        final: ({ text, confidence }) => input.final(text, confidence),
        speechEnded: () => input.speechEnded(),
      })
    : undefined;
  let listening = options.bargeIn;
  const unlisten = session.line.listen({
    frame: (mulaw) => {
      if (listening) recognition?.feed(mulaw);
      input.frame();
    },
    digit: (digit) => input.digit(digit),
  });
  const over = new Promise<void>((resolve) =>
    signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve(), { once: true }),
  );
  await prompt(element.children, context, AbortSignal.any([prompting.signal, signal]));
  listening = true;
  input.promptIsOver();
  await Promise.race([input.done, over]);
  unlisten();
  recognition?.end();
  if (signal.aborted) return undefined;
  const params = input.result();
  session.log('gathered', { ...params });
  if (Object.keys(params).length > 0) return actionSource(element, context, params);
  if (boolOf(element, 'actionOnEmptyResult', false))
    return actionSource(element, context, options.dtmf ? { Digits: '' } : {});
  return undefined;
};

export interface GatherOptions {
  readonly dtmf: boolean;
  readonly speech: boolean;
  readonly bargeIn: boolean;
  readonly timeoutMs: number;
  /** Silence that ends speech; null: the first pause does (`auto`). */
  readonly speechTimeoutMs: number | null;
  readonly maxSpeechMs: number;
  readonly numDigits: number;
  readonly finishOnKey: string;
}

function gatherOptions(element: TwimlElement): GatherOptions {
  const { input = 'dtmf', timeout, speechTimeout, finishOnKey = '#' } = element.attributes;
  const timeoutMs =
    (timeout === undefined || timeout === 'auto' ? DEFAULT_TIMEOUT_S : Number(timeout)) * 1000;
  return {
    dtmf: input.includes('dtmf'),
    speech: input.includes('speech'),
    bargeIn: boolOf(element, 'bargeIn', true),
    timeoutMs,
    speechTimeoutMs:
      speechTimeout === 'auto'
        ? null
        : speechTimeout === undefined
          ? timeoutMs
          : Number(speechTimeout) * 1000,
    maxSpeechMs: numberOf(element, 'maxSpeechTime', 60) * 1000,
    numDigits: numberOf(element, 'numDigits', Number.POSITIVE_INFINITY),
    finishOnKey,
  };
}

/** Collects keys and speech; time comes as frames. Whichever of the two is first decides. */
export class GatherInput {
  readonly done: Promise<void>;
  readonly #options: GatherOptions;
  readonly #onInput: () => void;
  #resolve!: () => void;
  #isDone = false;
  #prompting = true;
  #digits = '';
  #finished = false;
  #texts: string[] = [];
  #confidences: number[] = [];
  #speaking = false;
  #idleMs = 0;
  #speechMs = 0;

  /** @param onInput stops the prompt: the caller has begun */
  constructor(options: GatherOptions, onInput: () => void) {
    this.#options = options;
    this.#onInput = onInput;
    this.done = new Promise((resolve) => (this.#resolve = resolve));
  }

  promptIsOver(): void {
    this.#prompting = false;
    this.#idleMs = 0;
  }

  digit(digit: string): void {
    const { dtmf, finishOnKey, numDigits } = this.#options;
    if (this.#isDone || !dtmf) return;
    this.#onInput();
    this.#idleMs = 0;
    if (finishOnKey !== '' && finishOnKey.includes(digit)) {
      this.#finished = true;
      return this.#finish();
    }
    this.#digits += digit;
    if (this.#digits.length >= numDigits) this.#finish();
  }

  speechStarted(): void {
    this.#speaking = true;
    this.#idleMs = 0;
  }

  /** Words, not noise, interrupt the prompt. */
  interim(text: string): void {
    if (text !== '' && this.#options.bargeIn) this.#onInput();
  }

  final(text: string, confidence: number): void {
    if (this.#isDone || text === '') return;
    this.#onInput();
    this.#texts.push(text);
    this.#confidences.push(confidence);
    this.#speaking = false;
    this.#idleMs = 0;
    if (this.#options.speechTimeoutMs === null && this.#digits === '') this.#finish();
  }

  speechEnded(): void {
    this.#speaking = false;
    this.#idleMs = 0;
  }

  frame(): void {
    if (this.#isDone) return;
    if (this.#speaking) {
      this.#speechMs += FRAME_MS;
      if (this.#speechMs >= this.#options.maxSpeechMs) this.#finish();
      return;
    }
    this.#idleMs += FRAME_MS;
    const { timeoutMs, speechTimeoutMs } = this.#options;
    if (this.#digits === '' && this.#texts.length > 0) {
      if (this.#idleMs >= (speechTimeoutMs ?? 0)) this.#finish();
    } else if (this.#digits !== '' || !this.#prompting) {
      if (this.#idleMs >= timeoutMs) this.#finish();
    }
  }

  /** Twilio's parameters; empty where nothing was put in. */
  result(): Record<string, string> {
    if (this.#digits !== '')
      return {
        Digits: this.#digits,
        ...(this.#finished ? { FinishedOnKey: this.#options.finishOnKey } : {}),
      };
    if (this.#texts.length === 0) return {};
    const sum = this.#confidences.reduce((total, confidence) => total + confidence, 0);
    return {
      SpeechResult: this.#texts.join(' '),
      Confidence: String(sum / this.#confidences.length),
    };
  }

  #finish(): void {
    this.#isDone = true;
    this.#onInput();
    this.#resolve();
  }
}
