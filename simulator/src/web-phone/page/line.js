// @ts-check
/** @import { ClientMessage, ServerMessage } from '../messages.ts' */

/**
 * The connection to the telephone network.
 *
 * @typedef {object} LineEvents
 * @property {(message: ServerMessage) => void} message
 * @property {(mulaw: Uint8Array) => void} agentAudio
 * @property {(mulaw: Uint8Array) => void} ownAudio
 * @property {(reason: string) => void} closed
 */

/**
 * @param {string} key
 * @param {LineEvents} events
 */
export function openLine(key, events) {
  const address = new URL('/phone/ws', location.href);
  address.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
  address.search = '';
  // Browsers cannot set headers of a WebSocket, and the key should not be in one more address.
  const socket = new WebSocket(address, ['web-phone.v1', `key.${toBase64Url(key)}`]);
  socket.binaryType = 'arraybuffer';
  let opened = false;

  socket.onopen = () => (opened = true);
  socket.onmessage = ({ data }) => {
    if (typeof data === 'string') return events.message(JSON.parse(data));
    const bytes = new Uint8Array(data);
    if (bytes[0] === 0) events.agentAudio(bytes.subarray(1));
    else if (bytes[0] === 1) events.ownAudio(bytes.subarray(1));
  };
  socket.onclose = ({ code, reason }) => {
    if (!opened) return events.closed('The telephone network cannot be reached.');
    events.closed(reason || (code === 1009 ? 'That was too long.' : 'The connection was lost.'));
  };

  return {
    /** @param {ClientMessage} message */
    send(message) {
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
    },
  };
}

/** @param {string} text */
function toBase64Url(text) {
  const binary = String.fromCharCode(...new TextEncoder().encode(text));
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}
