import { encodeMulaw } from '../../audio/mulaw.ts';
import { keyTones, tone } from '../../telephone-network/tones.ts';
import { waitMs } from '../../telephone-network/waiting.ts';
import { WebhookError } from '../../twilio/http-client.ts';
import { TwimlError, type TwimlElement } from '../document.ts';
import { readSound } from '../media-file.ts';
import { playAudio } from '../playback.ts';
import { numberOf, resolveUrl, type Verb, type VerbContext } from '../verb.ts';

/** Media may be larger than a document. */
const MAX_MEDIA_BYTES = 40 * 1024 * 1024;
/** `loop="0"` means until the call ends; the caller decides when. */
const FOREVER = Number.POSITIVE_INFINITY;

export const say: Verb = async (element, context) => {
  await speakElement(element, context, context.signal);
  return undefined;
};

export const play: Verb = async (element, context) => {
  await playElement(element, context, context.signal);
  return undefined;
};

/** The verbs that may stand inside `<Gather>`, one after the other, until the signal stops them. */
export async function prompt(
  elements: readonly TwimlElement[],
  context: VerbContext,
  signal: AbortSignal,
): Promise<void> {
  for (const element of elements) {
    if (signal.aborted) return;
    if (element.name === 'Say') await speakElement(element, context, signal);
    else if (element.name === 'Play') await playElement(element, context, signal);
    else await waitMs(context.session.exchange.beat, numberOf(element, 'length', 1) * 1000, signal);
  }
}

async function speakElement(
  element: TwimlElement,
  context: VerbContext,
  signal: AbortSignal,
): Promise<void> {
  await repeat(element, context.session.line, await speechOf(element, context), signal);
}

async function playElement(
  element: TwimlElement,
  context: VerbContext,
  signal: AbortSignal,
): Promise<void> {
  await repeat(element, context.session.line, await mediaOf(element, context, signal), signal);
}

/**
 * The sound of verbs that only sound, one after the other, for where there is no line to play it on.
 * @throws TwimlError or WebhookError
 */
export async function soundOf(
  elements: readonly TwimlElement[],
  context: VerbContext,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for (const element of elements) {
    const times = Math.max(1, numberOf(element, 'loop', 1));
    const part =
      element.name === 'Say'
        ? await speechOf(element, context)
        : element.name === 'Play'
          ? await mediaOf(element, context, context.signal)
          : tone([], numberOf(element, 'length', 1) * 1000);
    for (let time = 0; time < times; time++) parts.push(part);
  }
  return Buffer.concat(parts);
}

async function speechOf(element: TwimlElement, context: VerbContext): Promise<Uint8Array> {
  const { session } = context;
  // Without a letter or a digit there is nothing to be heard.
  if (!/[\p{L}\p{N}]/u.test(element.text)) return new Uint8Array();
  if (element.text.length > 4096)
    throw new TwimlError(13_520, 'Say: Invalid text: longer than 4096 characters');
  const utterance = await session.exchange.voices.speak({
    text: element.text,
    voice: voiceOf(element, context),
  });
  return encodeMulaw(utterance.pcm8k);
}

async function mediaOf(
  element: TwimlElement,
  context: VerbContext,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const { session } = context;
  const { digits } = element.attributes;
  if (digits !== undefined) return keyTones(digits);
  if (element.text === '') throw new TwimlError(13_420, 'Play: Invalid content: no URL');
  const url = resolveUrl(context, element.text);
  const reply = await session.exchange.webhooks.request(
    {
      ...{ url, method: 'GET', params: {}, authToken: session.account.authToken, signal },
      onRetry: (why) => session.log('request-retried', { url, why }),
    },
    MAX_MEDIA_BYTES,
  );
  session.log('media', { url, status: reply.status });
  if (reply.status < 200 || reply.status > 299)
    throw new WebhookError(11_200, `HTTP retrieval failure: ${reply.status}`, url);
  return readSound(reply.contentType, reply.body);
}

async function repeat(
  element: TwimlElement,
  line: VerbContext['session']['line'],
  audio: Uint8Array,
  signal: AbortSignal,
): Promise<void> {
  const loop = numberOf(element, 'loop', 1);
  if (audio.length === 0) return;
  for (let times = loop === 0 ? FOREVER : loop; times > 0; times--)
    if (!(await playAudio(line, audio, signal))) return;
}

/** The voice of the simulator that stands for the one the element names. */
function voiceOf(element: TwimlElement, { session }: VerbContext): string {
  const { language, voice = 'alice' } = element.attributes;
  const fromVoice = /^Google\.([a-z]{2,3}-[A-Z]{2,4})-/.exec(voice)?.[1];
  try {
    return session.exchange.voices.voiceFor(voice, language ?? fromVoice ?? 'en-US');
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new TwimlError(13_512, `Say: Invalid voice or language: ${error.message}`);
  }
}
