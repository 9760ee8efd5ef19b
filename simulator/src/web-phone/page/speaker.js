// @ts-check
import { decodeMulaw } from './mulaw.js';

const SAMPLE_RATE_HZ = 8000;

/** A line that is played and measured. @typedef {{ play(mulaw: Uint8Array): void, clear(): void, setAudible(on: boolean): void, level(): number }} Channel */

/** The sound of the telephone. `start` has to be called from a click or a key: browsers want that. */
export class Speaker {
  /** @type {AudioContext | undefined} */
  #context;
  /** @type {Channel | undefined} */
  #agent;
  /** @type {Channel | undefined} */
  #own;
  /** @type {Promise<void> | undefined} */
  #starting;

  /** @returns {Promise<void>} rejects with words for the person at the page */
  start() {
    this.#starting ??= this.#open();
    return this.#starting;
  }

  async #open() {
    // The context runs at the line's own rate: the browser resamples better than we would.
    const context = new AudioContext({ sampleRate: SAMPLE_RATE_HZ, latencyHint: 'interactive' });
    this.#context = context;
    if (!context.audioWorklet) {
      throw new Error('Sound needs a secure address: open this page on localhost or over https.');
    }
    await context.audioWorklet.addModule('/phone/assets/playout-worklet.js');
    await context.resume();
    // Agent: 60 ms against jitter, at most 400 ms late. Own voice: arrives all at once, minutes of it.
    this.#agent = openChannel(context, { prefillMs: 60, limitMs: 400, gain: 1 });
    this.#own = openChannel(context, { prefillMs: 0, limitMs: 180_000, gain: 0.5 });
  }

  get agent() {
    return this.#agent;
  }

  get own() {
    return this.#own;
  }

  /** Ms that sound still needs from here to the ear. */
  get outputLatencyMs() {
    const context = this.#context;
    return context ? (context.baseLatency + (context.outputLatency || 0)) * 1000 : 0;
  }
}

/**
 * @param {AudioContext} context
 * @param {{ prefillMs: number, limitMs: number, gain: number }} options
 * @returns {Channel}
 */
function openChannel(context, { prefillMs, limitMs, gain }) {
  const playout = new AudioWorkletNode(context, 'playout', {
    numberOfInputs: 0,
    outputChannelCount: [1],
    processorOptions: { prefillMs, limitMs },
  });
  const analyser = new AnalyserNode(context, { fftSize: 512 });
  const volume = new GainNode(context, { gain });
  playout.connect(analyser).connect(volume).connect(context.destination);
  const samples = new Float32Array(analyser.fftSize);
  return {
    play(mulaw) {
      const decoded = decodeMulaw(mulaw);
      playout.port.postMessage(decoded, [decoded.buffer]);
    },
    clear: () => playout.port.postMessage(null),
    setAudible: (on) => volume.gain.setTargetAtTime(on ? gain : 0, context.currentTime, 0.01),
    level() {
      analyser.getFloatTimeDomainData(samples);
      let sum = 0;
      for (const sample of samples) sum += sample * sample;
      return Math.sqrt(sum / samples.length);
    },
  };
}
