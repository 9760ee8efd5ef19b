/** So many round trips count: enough to find a quick one, few enough to follow a changed network. */
const KEPT_ROUND_TRIPS = 64;
const LATENESS_WEIGHT = 0.1;

/**
 * What the network between Twilio and us costs. Jitter only ever adds, so the shortest round trip
 * of the recent ones is taken for the network's own, and half of it for one way.
 */
export class DelayEstimate {
  readonly #roundTripsMs: number[] = [];
  #oneWayMs: number;
  #meanLatenessMs = 0;

  constructor(initialOneWayMs: number) {
    this.#oneWayMs = initialOneWayMs;
  }

  get oneWayMs(): number {
    return this.#oneWayMs;
  }

  addRoundTrip(ms: number): void {
    this.#roundTripsMs.push(Math.max(0, ms));
    if (this.#roundTripsMs.length > KEPT_ROUND_TRIPS) this.#roundTripsMs.shift();
    this.#oneWayMs = Math.min(...this.#roundTripsMs) / 2;
  }

  /** By how much a mark came later than the quickest one of the same audio. */
  addLateness(ms: number): void {
    this.#meanLatenessMs += LATENESS_WEIGHT * (ms - this.#meanLatenessMs);
  }

  /** How late the quickest of `count` marks is to be expected, for jitter that is evenly spread. */
  expectedLatenessMs(count: number): number {
    return (2 * this.#meanLatenessMs) / (count + 1);
  }
}
