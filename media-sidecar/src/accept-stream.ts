import type { WebSocket } from 'ws';
import type { StartedStream } from './http/media-socket.ts';
import { acceptMediaStream } from './telephony/twilio/accept.ts';
import type { AcceptOptions } from './telephony/twilio/accept.ts';
import { MediaStreamError } from './telephony/twilio/wire.ts';

/** Twilio's media stream, as the media socket wants it. */
export async function acceptStream(
  socket: WebSocket,
  options: AcceptOptions,
): Promise<StartedStream | { readonly refused: string }> {
  try {
    const accepted = await acceptMediaStream(socket, options);
    const { callSid, streamSid, customParameters } = accepted.start;
    const about = { callSid, streamSid, customParameters };
    return accepted.kind === 'conversation'
      ? { kind: accepted.kind, leg: accepted.leg, ...about }
      : { kind: accepted.kind, leg: accepted.leg, ...about };
  } catch (error) {
    if (error instanceof MediaStreamError) return { refused: error.code };
    throw error;
  }
}
