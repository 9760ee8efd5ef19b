import { holdMusic } from '../telephone-network/tones.ts';
import type { TwimlSource } from '../twilio/call-data.ts';
import type { CallSession } from '../twilio/call-session.ts';
import { playLoop } from './playback.ts';
import type { DocumentOutcome } from './verb.ts';

/** What somebody hears who waits: an application's documents, the network's music, or nothing. */
export type WaitingSource =
  | { readonly kind: 'url'; readonly url: string; readonly method: 'GET' | 'POST' }
  | { readonly kind: 'music' }
  | { readonly kind: 'silence' };

export interface WaitingOptions {
  readonly allowed: ReadonlySet<string>;
  /** Asks for the first document again when there is nothing left to do, as a queue does. */
  readonly loop: boolean;
  /** What the requests tell beside the usual. */
  params?(): Readonly<Record<string, string>>;
}

/**
 * Keeps a call entertained until the signal, or until a document ends the waiting.
 * @returns whether a document said `<Leave>`
 * @throws TwimlError or WebhookError
 */
export async function entertain(
  session: CallSession,
  source: WaitingSource,
  signal: AbortSignal,
  { allowed, loop, params }: WaitingOptions,
): Promise<boolean> {
  const aborted = new Promise<void>((resolve) =>
    signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve(), { once: true }),
  );
  if (source.kind !== 'url') {
    const stop = source.kind === 'music' ? playLoop(session.line, holdMusic) : undefined;
    await aborted;
    stop?.();
    return false;
  }
  const first: TwimlSource = source;
  let next: TwimlSource | undefined = first;
  while (next !== undefined && !signal.aborted) {
    const asked: TwimlSource =
      next.kind === 'url' ? { ...next, params: { ...params?.(), ...next.params } } : next;
    const outcome: DocumentOutcome = await session.runDocument(asked, signal, allowed);
    if (outcome === 'leave') return true;
    next = outcome ?? (loop ? first : undefined);
    // A document without anything to hear would be asked for without a pause.
    if (outcome === undefined) await new Promise((resolve) => setImmediate(resolve));
  }
  if (!signal.aborted) await aborted;
  return false;
}
