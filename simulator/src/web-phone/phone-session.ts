import type { Recognizer, RecognitionStream } from '../recognition/contract.ts';
import type { Handset, HandsetEnding, TelephoneNetwork } from '../telephone-network/handset.ts';
import { encodeMulaw } from '../audio/mulaw.ts';
import type { Voices } from '../voices/contract.ts';
import { Conversation } from './conversation.ts';
import { describeEnding } from './ending-words.ts';
import {
  AudioKind,
  type CallState,
  type ClientMessage,
  type PhoneErrorCode,
  type PhoneNumber,
  type ServerMessage,
} from './messages.ts';

/** Speech that may wait in the telephone; whoever types faster than this is told so. */
const MAX_PENDING_SPEECH_MS = 120_000;

export interface PhoneSessionPorts {
  readonly network: TelephoneNetwork;
  readonly voices: Voices;
  readonly recognizer: Recognizer;
  readonly numbers: () => readonly PhoneNumber[];
}

export interface PhoneScreen {
  send(message: ServerMessage): void;
  sendAudio(kind: AudioKind, mulaw: Uint8Array): void;
}

/** Everything that belongs to one call; replaced as a whole by the next one. */
interface Call {
  readonly from: string;
  readonly to: string;
  readonly conversation: Conversation;
  readonly recognition: RecognitionStream;
  /** Absent while the network is inside `dial`, which may already report events. */
  handset?: Handset;
  state: CallState['state'];
  /** Utterances are made one after the other, so that they are said in the order of their typing. */
  speaking: Promise<void>;
  /** Grows with each `stop-talking`: speech that was still being made then is not said. */
  stops: number;
}

/** One telephone: what the page asks for, turned into a call, and the call into what it shows. */
export class PhoneSession {
  readonly #ports: PhoneSessionPorts;
  readonly #screen: PhoneScreen;
  #call: Call | undefined;
  #lastTurnId = 0;
  #closed = false;

  constructor(ports: PhoneSessionPorts, screen: PhoneScreen) {
    this.#ports = ports;
    this.#screen = screen;
  }

  receive(message: ClientMessage): void {
    if (message.type === 'dial') return this.#dial(message.from, message.to);
    const call = this.#call;
    if (!call || call.state === 'ended') return this.#refuse('no-call', 'There is no call.');
    if (message.type === 'hang-up') return call.handset?.hangUp();
    if (call.state !== 'answered') {
      return this.#refuse('not-answered', 'Nobody has answered the call yet.');
    }
    if (message.type === 'say') return this.#say(call, message.text, message.voice);
    if (message.type === 'stop-talking') return this.#stopTalking(call);
    call.handset?.press(message.digits);
    call.conversation.callerPresses(message.digits);
  }

  /** The page is gone: its call ends, and nothing is sent any more. */
  close(): void {
    this.#closed = true;
    if (this.#call && this.#call.state !== 'ended') this.#call.handset?.hangUp();
  }

  #dial(from: string, to: string): void {
    if (this.#call && this.#call.state !== 'ended') {
      return this.#refuse('call-in-progress', 'This telephone is on a call already.');
    }
    const conversation = new Conversation(
      () => ++this.#lastTurnId,
      (turn) => this.#send({ type: 'turn', turn }),
    );
    const recognition = this.#ports.recognizer.listen({
      interim: (result) => conversation.heard(result, false),
      final: (result) => conversation.heard(result, true),
    });
    const call: Call = {
      from,
      to,
      conversation,
      recognition,
      state: 'dialing',
      speaking: Promise.resolve(),
      stops: 0,
    };
    this.#call = call;
    this.#tellState(call);
    try {
      call.handset = this.#ports.network.dial(
        { from, to },
        {
          ringing: () => this.#progress(call, 'ringing'),
          answered: () => this.#progress(call, 'answered'),
          audio: (mulaw) => this.#hear(call, mulaw),
          ended: (ending) => this.#ended(call, ending),
        },
      );
    } catch (error) {
      this.#refuse('dial-failed', error instanceof Error ? error.message : String(error));
      this.#ended(call, { status: 'failed', endedBy: 'network' });
    }
    // The page may have gone while the network was inside `dial`.
    if (this.#closed) this.close();
  }

  #progress(call: Call, state: 'ringing' | 'answered'): void {
    if (call.state === 'ended') return;
    call.state = state;
    this.#tellState(call);
  }

  #hear(call: Call, mulaw: Uint8Array): void {
    if (call.state === 'ended') return;
    if (!this.#closed) this.#screen.sendAudio(AudioKind.earpiece, mulaw);
    // The ringing tone is no speech of anybody. Both count time in what they are fed, so both skip it.
    if (call.state !== 'answered') return;
    call.conversation.frame(mulaw);
    call.recognition.feed(mulaw);
  }

  #ended(call: Call, ending: HandsetEnding): void {
    if (call.state === 'ended') return;
    call.state = 'ended';
    call.recognition.end();
    call.conversation.end();
    const inService = this.#ports.numbers().some(({ phoneNumber }) => phoneNumber === call.to);
    this.#tellState(call, ending, inService);
  }

  #say(call: Call, text: string, voice: string): void {
    const { stops } = call;
    call.speaking = call.speaking.then(async () => {
      try {
        const utterance = await this.#ports.voices.speak({ text, voice });
        if (call.state !== 'answered' || call.stops !== stops) return;
        if (call.conversation.pendingSpeechMs + utterance.durationMs > MAX_PENDING_SPEECH_MS) {
          return this.#refuse('too-much-to-say', 'Wait until what is waiting has been said.');
        }
        const mulaw = encodeMulaw(utterance.pcm8k);
        call.handset?.sendAudio(mulaw);
        call.conversation.callerSays(text, utterance.durationMs);
        if (!this.#closed) this.#screen.sendAudio(AudioKind.ownVoice, mulaw);
      } catch (error) {
        this.#refuse('voice-failed', error instanceof Error ? error.message : String(error));
      }
    });
  }

  #stopTalking(call: Call): void {
    call.stops += 1;
    call.handset?.stopSending();
    call.conversation.callerStops();
    this.#send({ type: 'own-voice-stopped' });
  }

  #tellState(call: Call, ending?: HandsetEnding, inService = true): void {
    this.#send({
      type: 'call',
      state: call.state,
      callSid: call.handset?.callSid ?? '',
      from: call.from,
      to: call.to,
      ...(ending === undefined ? {} : { ending: describeEnding(ending, inService) }),
    });
  }

  #refuse(code: PhoneErrorCode, message: string): void {
    this.#send({ type: 'error', code, message });
  }

  #send(message: ServerMessage): void {
    if (!this.#closed) this.#screen.send(message);
  }
}
