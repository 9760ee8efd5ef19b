import type { WebSocket } from 'ws';
import type { OpenAiRealtimeFaults, RealtimePhase } from '../../faults/openai-realtime.ts';
import type { RealtimeClock } from './clock.ts';
import type { ServerEvent } from './response.ts';

/** Sends the events of a session, with the damage that a test wants on their way. */
export class Wire {
  readonly #socket: WebSocket;
  readonly #faults: () => OpenAiRealtimeFaults;
  readonly #clock: RealtimeClock;
  #sent = 0;
  #held: string | undefined;
  /** Pieces of the answer that is being spoken. */
  #deltas = 0;
  #overSip = false;
  #frozen = false;
  #dying = false;
  #inFlight = 0;

  constructor(socket: WebSocket, faults: () => OpenAiRealtimeFaults, clock: RealtimeClock) {
    this.#clock = clock;
    this.#socket = socket;
    this.#faults = faults;
  }

  /** Neither sends nor answers any more, though it is open. */
  get frozen(): boolean {
    return this.#frozen;
  }

  send(event: ServerEvent): void {
    if (this.#frozen) return;
    const faults = this.#faults();
    const text = JSON.stringify(event);
    const turn = ++this.#sent;
    const due = (every: number): boolean => every > 0 && turn % every === 0;
    if (due(faults.malformedEvery)) this.#write(text.slice(0, Math.ceil(text.length / 2)));
    if (due(faults.unknownEvery)) {
      this.#write(
        JSON.stringify({ type: 'response.simulated.unknown', event_id: event['event_id'] }),
      );
    }
    if (due(faults.swapEvery) && this.#held === undefined) this.#held = text;
    else {
      this.#write(text);
      if (this.#held !== undefined) this.#write(this.#held);
      this.#held = undefined;
    }
    if (due(faults.duplicateEvery)) this.#write(text);
    this.#reached(this.#phaseOf(event), faults);
  }

  close(code: number, reason: string): void {
    if (!this.#frozen) this.#socket.close(code, reason);
  }

  #write(text: string): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    this.#inFlight++;
    this.#socket.send(text, () => {
      this.#inFlight--;
      this.#dieIfDue();
    });
  }

  /** What was sent before still arrives. */
  #dieIfDue(): void {
    if (this.#dying && this.#inFlight === 0) this.#socket.terminate();
  }

  #reached(phase: RealtimePhase | undefined, faults: OpenAiRealtimeFaults): void {
    const kill = faults.killNext;
    if (kill === null || kill.phase !== phase) return;
    if (kill.skip > 0) {
      faults.killNext = { ...kill, skip: kill.skip - 1 };
      return;
    }
    faults.killNext = kill.count === 1 ? null : { ...kill, count: kill.count - 1 };
    if (kill.delayMs > 0) this.#clock.after(kill.delayMs, () => this.#die(kill));
    else this.#die(kill);
  }

  #die({ how, code }: NonNullable<OpenAiRealtimeFaults['killNext']>): void {
    if (how === 'close') this.#socket.close(code, 'internal_error');
    this.#frozen = true;
    this.#dying = how === 'reset';
    this.#dieIfDue();
  }

  #nextDelta(): RealtimePhase | undefined {
    this.#deltas++;
    if (this.#deltas === 1) return 'first-audio';
    return this.#deltas === 2 ? 'mid-audio' : undefined;
  }

  /** Where in the conversation the client is once it has this event. */
  #phaseOf(event: ServerEvent): RealtimePhase | undefined {
    switch (event.type) {
      case 'session.created':
        return 'connected';
      case 'session.updated':
        return 'idle';
      case 'input_audio_buffer.speech_started':
        return 'caller-speaking';
      case 'response.created':
        this.#deltas = 0;
        return 'thinking';
      case 'response.output_audio.delta':
        return this.#nextDelta();
      case 'output_audio_buffer.started':
        this.#overSip = true;
        return this.#nextDelta();
      case 'response.output_audio_transcript.delta':
        return this.#overSip && this.#deltas > 0 ? this.#nextDelta() : undefined;
      case 'response.output_audio.done':
        return 'all-audio-sent';
      case 'response.done':
        return hasCalls(event['response']) ? 'tool-running' : 'idle';
      default:
        return undefined;
    }
  }
}

function hasCalls(response: unknown): boolean {
  const { output } = response as { output: readonly { type: string }[] };
  return output.some(({ type }) => type === 'function_call');
}
