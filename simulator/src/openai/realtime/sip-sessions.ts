import type { OpenAiProject } from './project.ts';
import { REALTIME_MODELS } from './session-schema.ts';
import { noSuchCall, type SipCall } from './sip-calls.ts';
import { SipSession, type ControlSocket, type SipSessionParts } from './sip-session.ts';

/** The sessions of a project's accepted calls: each lives from the accept to the end of its call. */
export class SipSessions {
  readonly #byCall = new Map<string, SipSession>();
  readonly #stopWatching: () => void;

  constructor(project: OpenAiProject, parts: SipSessionParts) {
    this.#stopWatching = project.calls.watch((call) => {
      if (call.state.name === 'active') this.#begin(call, parts);
    });
  }

  /** @throws OpenAiError 404 for a call that was not accepted, or is over */
  attach(callId: string, socket: ControlSocket): ReturnType<SipSession['attach']> {
    const session = this.#byCall.get(callId);
    if (!session) throw noSuchCall(callId);
    return session.attach(socket);
  }

  close(): void {
    this.#stopWatching();
    for (const session of this.#byCall.values()) session.close();
  }

  #begin(call: SipCall, parts: SipSessionParts): void {
    if (call.state.name !== 'active') return;
    const { session } = call.state;
    const faults = parts.faults();
    if (faults.dropAccepts > 0) {
      faults.dropAccepts--;
      call.losesReply = true;
    }
    const model = session.model ?? REALTIME_MODELS[0];
    const ended = (): void => void this.#byCall.delete(call.id);
    this.#byCall.set(call.id, new SipSession(call, session, model, parts, ended));
  }
}
