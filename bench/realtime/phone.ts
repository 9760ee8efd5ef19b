import { Buffer } from 'node:buffer';
import WebSocket from 'ws';
import { AgentAudioReader } from './agent-audio.ts';
import { callerPayload, FRAME_MS } from './caller-audio.ts';
import { CallerScript, type CallerScriptOptions } from './caller-script.ts';
import { sharedNowMs } from './clock.ts';
import { DelayLine, type LineConditions } from './delay-line.ts';
import { Playout } from './playout.ts';
import { seededRandom } from './random.ts';
import type { CallAddress, PhoneReport } from './reports.ts';

export interface PhoneOptions {
  readonly phone: number;
  readonly address: CallAddress;
  readonly script: CallerScriptOptions;
  readonly network: LineConditions;
}

/** What a bridge sends. */
interface BridgeMessage {
  readonly event: string;
  readonly media?: { readonly payload: string };
  readonly mark?: { readonly name: string };
}

/** A message for the phone, when it came over the socket. */
interface Received {
  readonly message: BridgeMessage;
  readonly atMs: number;
}

/**
 * A telephone behind Twilio's end of a media stream: sends a frame each 20 ms, plays what comes,
 * returns marks when they are heard, and writes down the truth about all of it.
 */
export class Phone {
  readonly #options: PhoneOptions;
  readonly #socket: WebSocket;
  readonly #script: CallerScript;
  readonly #playout = new Playout();
  readonly #reader = new AgentAudioReader();
  readonly #toBridge: DelayLine<() => void>;
  readonly #fromBridge: DelayLine<Received>;
  readonly #sentAtMs: number[] = [];
  readonly #spoken: number[] = [];
  readonly #chunks: number[] = [];
  readonly #clearsAtMs: number[] = [];
  readonly #interruptions: { readonly atMs: number; readonly item: number }[] = [];
  readonly #failures: string[] = [];
  #sequence = 1;
  #frames = 0;
  #nextFrameMs = Number.POSITIVE_INFINITY;
  #latestItem = -1;
  #talking = false;
  #stopped = false;

  /** @param startMs when its first frame is due */
  constructor(options: PhoneOptions, startMs: number) {
    this.#options = options;
    const { phone, address, script, network } = options;
    const random = seededRandom(phone + 1);
    this.#script = new CallerScript(script, random, startMs);
    this.#toBridge = new DelayLine(network, random, (send) => send());
    this.#fromBridge = new DelayLine(network, random, (received) => this.#receive(received));
    this.#socket = new WebSocket(address.url, {
      headers: address.headers,
      perMessageDeflate: false,
    });
    this.#socket.on('open', () => this.#begin(startMs));
    this.#socket.on('message', (data: Buffer) => {
      const atMs = sharedNowMs();
      const message = JSON.parse(data.toString()) as BridgeMessage;
      this.#fromBridge.send({ message, atMs }, atMs);
    });
    this.#socket.on('error', (error) => this.#failures.push(error.message));
    this.#socket.on('close', () => {
      if (!this.#stopped) this.#failures.push('the bridge has closed the call');
      this.#nextFrameMs = Number.POSITIVE_INFINITY;
    });
  }

  get isOpen(): boolean {
    return this.#frames > 0;
  }

  /**
   * Does what is due.
   * @returns how late its frame was, in ms; undefined when none was due
   */
  tick(nowMs: number): number | undefined {
    this.#fromBridge.tick(nowMs);
    for (const name of this.#playout.takeDueMarks(nowMs)) this.#returnMark(name);
    let lateMs: number | undefined;
    if (nowMs >= this.#nextFrameMs) {
      lateMs = nowMs - this.#nextFrameMs;
      this.#nextFrameMs += FRAME_MS;
      this.#sendFrame(nowMs);
    }
    this.#toBridge.tick(nowMs);
    return lateMs;
  }

  /** Says that the caller has hung up, and reports. */
  stop(): PhoneReport {
    const nowMs = sharedNowMs();
    this.#stopped = true;
    this.#nextFrameMs = Number.POSITIVE_INFINITY;
    const { address, phone } = this.#options;
    if (this.#socket.readyState === WebSocket.OPEN) {
      const { accountSid, callSid } = address.start;
      this.#socket.send(this.#message('stop', `"stop":${JSON.stringify({ accountSid, callSid })}`));
      this.#socket.close();
    } else this.#socket.terminate();
    return {
      phone,
      sentAtMs: Float64Array.from(this.#sentAtMs),
      spoken: Uint8Array.from(this.#spoken),
      chunks: Float64Array.from(this.#chunks),
      clearsAtMs: this.#clearsAtMs,
      interruptions: this.#interruptions,
      heardBytes: [...this.#playout.heard(nowMs)],
      misplacedBytes: this.#reader.misplacedBytes,
      failures: this.#failures,
    };
  }

  #begin(startMs: number): void {
    const { start } = this.#options.address;
    this.#socket.send('{"event":"connected","protocol":"Call","version":"1.0.0"}');
    const body = {
      accountSid: start.accountSid,
      streamSid: start.streamSid,
      callSid: start.callSid,
      tracks: ['inbound'],
      mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
      customParameters: start.customParameters,
    };
    this.#socket.send(this.#message('start', `"start":${JSON.stringify(body)}`));
    // Its place within the 20 ms stays: phones do not all speak in the same instant.
    const late = Math.max(0, Math.ceil((sharedNowMs() - startMs) / FRAME_MS));
    this.#nextFrameMs = startMs + late * FRAME_MS;
  }

  #sendFrame(nowMs: number): void {
    const talking = this.#script.isSpeaking(nowMs);
    if (talking && !this.#talking && !this.#playout.isDry(nowMs)) {
      this.#interruptions.push({ atMs: nowMs, item: this.#latestItem });
    }
    this.#talking = talking;
    const frame = this.#frames;
    this.#frames += 1;
    this.#spoken.push(talking ? 1 : 0);
    const payload = callerPayload(this.#options.phone, frame, talking);
    this.#toBridge.send(() => {
      this.#sentAtMs[frame] = sharedNowMs();
      this.#sendNow(
        'media',
        `"media":{"track":"inbound","chunk":"${frame + 1}","timestamp":"${frame * FRAME_MS}","payload":"${payload}"}`,
      );
    }, nowMs);
  }

  #receive({ message, atMs }: Received): void {
    const nowMs = sharedNowMs();
    if (message.event === 'media') this.#play(message.media?.payload ?? '', atMs, nowMs);
    else if (message.event === 'mark') this.#playout.mark(message.mark?.name ?? '');
    else if (message.event === 'clear') {
      this.#clearsAtMs.push(atMs);
      for (const name of this.#playout.clear(nowMs)) this.#returnMark(name);
    } else this.#failures.push('the bridge has sent an unknown event');
  }

  #play(payload: string, atMs: number, nowMs: number): void {
    for (const { item, startByte, bytes } of this.#reader.read(Buffer.from(payload, 'base64'))) {
      const heardAtMs = this.#playout.push(item, bytes, nowMs);
      this.#chunks.push(item, startByte, bytes, atMs);
      if (item > this.#latestItem) {
        this.#latestItem = item;
        this.#script.answerBegins(heardAtMs);
      }
    }
  }

  #returnMark(name: string): void {
    const body = `"mark":{"name":${JSON.stringify(name)}}`;
    this.#toBridge.send(() => this.#sendNow('mark', body), sharedNowMs());
  }

  #sendNow(event: string, body: string): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    this.#socket.send(this.#message(event, body));
  }

  #message(event: string, body: string): string {
    const { streamSid } = this.#options.address.start;
    const number = this.#sequence;
    this.#sequence += 1;
    return `{"event":"${event}","sequenceNumber":"${number}",${body},"streamSid":"${streamSid}"}`;
  }
}
