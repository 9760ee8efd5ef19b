// @ts-check

/**
 * Audio between the network, which delivers it in bursts, and the sound card, which takes it evenly.
 * Playing begins when `prefillMs` has arrived, and so again after each time that it ran empty.
 */
export class JitterBuffer {
  /** @type {Float32Array[]} */
  #chunks = [];
  /** Of the first chunk. */
  #offset = 0;
  #buffered = 0;
  #filling = true;
  #prefill;
  #limit;

  /**
   * @param {object} options
   * @param {number} options.sampleRateHz
   * @param {number} options.prefillMs
   * @param {number} options.limitMs  what is older than this is dropped: a delay must not grow
   */
  constructor({ sampleRateHz, prefillMs, limitMs }) {
    this.#prefill = (prefillMs / 1000) * sampleRateHz;
    this.#limit = (limitMs / 1000) * sampleRateHz;
  }

  /** @param {Float32Array} samples */
  push(samples) {
    this.#chunks.push(samples);
    this.#buffered += samples.length;
    if (this.#buffered <= this.#limit) return;
    while (this.#buffered > this.#prefill && this.#chunks.length > 1) this.#dropFirst();
  }

  clear() {
    this.#chunks = [];
    this.#offset = 0;
    this.#buffered = 0;
    this.#filling = true;
  }

  /** @param {Float32Array} output  filled to its end, with silence where there is nothing to play */
  pull(output) {
    output.fill(0);
    if (this.#filling && this.#buffered < Math.max(1, this.#prefill)) return;
    this.#filling = false;
    let written = 0;
    while (written < output.length) {
      const chunk = this.#chunks[0];
      if (!chunk) {
        this.#filling = true;
        return;
      }
      const count = Math.min(output.length - written, chunk.length - this.#offset);
      output.set(chunk.subarray(this.#offset, this.#offset + count), written);
      written += count;
      this.#offset += count;
      this.#buffered -= count;
      if (this.#offset === chunk.length) {
        this.#chunks.shift();
        this.#offset = 0;
      }
    }
  }

  #dropFirst() {
    const dropped = this.#chunks.shift();
    if (!dropped) return;
    this.#buffered -= dropped.length - this.#offset;
    this.#offset = 0;
  }
}
