import type { PhoneLegListener } from '../contract.ts';

type Delivery = (listener: PhoneLegListener) => void;

/** 30 s of frames: more than any session takes to be claimed. */
const MAX_HELD_EVENTS = 1500;

/**
 * Holds what happens until somebody listens, then delivers it in order. Held audio is bounded: the
 * oldest frame gives way.
 */
export class HeldEvents {
  readonly #held: { readonly isAudio: boolean; readonly deliver: Delivery }[] = [];
  #listener: PhoneLegListener | undefined;
  framesDropped = 0;

  /** @throws Error when somebody listens already */
  attach(listener: PhoneLegListener): void {
    if (this.#listener) throw new Error('a phone leg has one listener');
    this.#listener = listener;
    for (const { deliver } of this.#held.splice(0)) deliver(listener);
  }

  deliver(delivery: Delivery): void {
    if (this.#listener) delivery(this.#listener);
    else this.#held.push({ isAudio: false, deliver: delivery });
  }

  audio(frame: Uint8Array): void {
    if (this.#listener) {
      this.#listener.onAudio(frame);
      return;
    }
    if (this.#held.length >= MAX_HELD_EVENTS) {
      const oldest = this.#held.findIndex((event) => event.isAudio);
      if (oldest >= 0) {
        this.#held.splice(oldest, 1);
        this.framesDropped += 1;
      }
    }
    this.#held.push({ isAudio: true, deliver: (listener) => listener.onAudio(frame) });
  }
}
