// @ts-check
import { JitterBuffer } from './jitter-buffer.js';

/** Plays what arrives on its port; the message `null` drops what has not been played. */
class Playout extends AudioWorkletProcessor {
  #buffer;

  /** @param {{ processorOptions: { prefillMs: number, limitMs: number } }} options */
  constructor({ processorOptions }) {
    super();
    this.#buffer = new JitterBuffer({ sampleRateHz: sampleRate, ...processorOptions });
    this.port.onmessage = ({ data }) => {
      if (data === null) this.#buffer.clear();
      else this.#buffer.push(data);
    };
  }

  /**
   * @param {Float32Array[][]} _inputs
   * @param {Float32Array[][]} outputs
   */
  process(_inputs, outputs) {
    const output = outputs[0]?.[0];
    if (output) this.#buffer.pull(output);
    return true;
  }
}

registerProcessor('playout', Playout);
