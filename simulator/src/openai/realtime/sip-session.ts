import { RealtimeSession, type RealtimeSessionParts } from './session.ts';
import type { ServerEvent } from './response.ts';
import type { RealtimeSession as SessionConfig } from './session-schema.ts';
import { Settings } from './settings.ts';
import type { SipCall } from './sip-calls.ts';
import { UnheardLine } from './sip-line.ts';

const NORMAL_CLOSURE = 1000;

export type SipSessionParts = Omit<RealtimeSessionParts, 'settings' | 'line' | 'send' | 'close'>;

/** A socket that controls a call. */
export interface ControlSocket {
  send(event: ServerEvent): void;
  close(code: number, reason: string): void;
}

/**
 * The session of an accepted SIP call. Its audio is the call's; any number of control sockets see
 * its events and may send theirs.
 */
export class SipSession {
  readonly #sockets = new Set<ControlSocket>();
  readonly #session: RealtimeSession;
  readonly #settings: Settings;
  readonly #over: (code: number, reason: string) => void;

  /** @param ended the call is over, and its sockets are closed */
  constructor(
    call: SipCall,
    config: SessionConfig,
    model: string,
    parts: SipSessionParts,
    ended: () => void,
  ) {
    const { clock, faults } = parts;
    const expiresAt = Math.floor((clock.now() + faults().sessionLimitMs) / 1000);
    this.#settings = new Settings(model, expiresAt);
    const line = { format: { type: 'audio/pcmu' } } as const;
    this.#settings.update({ ...config, model });
    this.#settings.update({ type: 'realtime', audio: { input: line, output: line } });
    const over = (code: number, reason: string): void => {
      stopObserving();
      this.#session.end();
      for (const socket of this.#sockets) socket.close(code, reason);
      this.#sockets.clear();
      ended();
    };
    this.#over = over;
    this.#session = new RealtimeSession({
      ...parts,
      settings: this.#settings,
      line: call.leg ?? new UnheardLine(clock),
      send: (event) => {
        for (const socket of this.#sockets) socket.send(event);
      },
      close: (code, reason) => {
        over(code, reason);
        if (call.state.name === 'active') call.hangUp();
      },
    });
    const stopObserving = call.observe({
      changed: ({ state }) => {
        if (state.name !== 'active') over(NORMAL_CLOSURE, 'The call has ended.');
      },
      audio: (mulaw) => this.#session.hear(Buffer.from(mulaw)),
      pressed: (digit) => this.#session.dtmf(digit),
    });
  }

  /** The service stops. */
  close(): void {
    this.#over(NORMAL_CLOSURE, '');
  }

  /** @returns what to do with a message of this socket, and when it closes */
  attach(socket: ControlSocket): { receive(text: string): void; detach(): void } {
    this.#sockets.add(socket);
    socket.send(this.#session.created());
    return {
      receive: (text) => this.#session.receive(text),
      detach: () => void this.#sockets.delete(socket),
    };
  }
}
