import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { generator } from '../../audio/testing/signals.ts';
import { VirtualClock } from '../../kernel/testing/virtual-clock.ts';
import { PlaybackLedger } from './playback-ledger.ts';

interface Network {
  readonly oneWayMs: number;
  readonly jitterMs: number;
  readonly seed?: number;
}

/** The other end of the line: a buffer that plays 8 bytes a millisecond and sends marks back. */
class SimulatedPlayer {
  readonly clock = new VirtualClock();
  readonly ledger = new PlaybackLedger();
  playedBytes = 0;
  returned: string[] = [];
  readonly #network: Network;
  readonly #random: () => number;
  #queue: ({ bytes: number } | { mark: string })[] = [];
  #outMs = 0;
  #backMs = 0;
  #marks = 0;

  constructor(network: Network) {
    this.#network = network;
    this.#random = generator(network.seed ?? 7);
  }

  get nowMs(): number {
    return this.clock.monotonicMs();
  }

  play(itemId: string, ms: number): void {
    this.ledger.sent(itemId, ms * 8, this.nowMs);
    this.#travel(() => this.#queue.push({ bytes: ms * 8 }));
  }

  mark(kind: 'first' | 'end' | 'timing', itemId?: string): string {
    const name = `m${(this.#marks += 1)}`;
    this.ledger.markSent(name, kind, itemId, this.nowMs);
    this.#travel(() => this.#queue.push({ mark: name }));
    return name;
  }

  clear(): ReadonlyMap<string, number> {
    const heard = this.ledger.clear(this.nowMs);
    this.#travel(() => {
      const marks = this.#queue.flatMap((entry) => ('mark' in entry ? [entry.mark] : []));
      this.#queue = [];
      for (const mark of marks) this.#giveBack(mark);
    });
    return heard;
  }

  /** What was truly played of everything, in ms, to the byte. */
  get playedMs(): number {
    return this.playedBytes / 8;
  }

  /** Moves time in steps of a millisecond: that is how exactly the player plays. */
  run(ms: number, eachMs?: () => void): void {
    for (let step = 0; step < ms; step += 1) {
      this.clock.advance(1);
      this.#playOneMs();
      eachMs?.();
    }
  }

  #playOneMs(): void {
    let budget = 8;
    for (let head = this.#queue[0]; head; head = this.#queue[0]) {
      if ('mark' in head) {
        this.#giveBack(head.mark);
        this.#queue.shift();
        continue;
      }
      const bytes = Math.min(budget, head.bytes);
      head.bytes -= bytes;
      budget -= bytes;
      this.playedBytes += bytes;
      if (head.bytes > 0) return;
      this.#queue.shift();
    }
  }

  /** Like TCP: late, but never out of order. */
  #travel(arrive: () => void): void {
    this.#outMs = Math.max(this.#outMs, this.nowMs + this.#delayMs());
    this.clock.schedule(this.#outMs - this.nowMs, arrive);
  }

  #giveBack(mark: string): void {
    this.#backMs = Math.max(this.#backMs, this.nowMs + this.#delayMs());
    this.clock.schedule(this.#backMs - this.nowMs, () => {
      this.returned.push(mark);
      this.ledger.markReturned(mark, this.nowMs);
    });
  }

  #delayMs(): number {
    return this.#network.oneWayMs + this.#random() * this.#network.jitterMs;
  }
}

/** An item, as short ones are sent: a mark before it, one after the first frame, one each 200 ms, one at the end. */
function speak(player: SimulatedPlayer, itemId: string, ms: number): void {
  player.mark('timing');
  player.play(itemId, 20);
  player.mark('first', itemId);
  for (let sentMs = 20; sentMs < ms; sentMs += 200) {
    player.play(itemId, Math.min(200, ms - sentMs));
    player.mark('timing', itemId);
  }
  player.mark('end', itemId);
}

describe('playback ledger', () => {
  it('knows nothing of an item that was never sent', () => {
    assert.equal(new PlaybackLedger().heardMs('nobody', 0), 0);
    assert.equal(new PlaybackLedger().aheadMs(0), 0);
  });

  it('never says that more was heard than was sent', () => {
    const ledger = new PlaybackLedger({ initialOneWayMs: 0 });
    ledger.sent('a', 800, 0);
    assert.equal(ledger.heardMs('a', 50), 50);
    assert.equal(ledger.heardMs('a', 5000), 100);
    assert.equal(ledger.aheadMs(60), 40);
  });

  it('plays items one after the other, and counts from anew after the buffer ran dry', () => {
    const ledger = new PlaybackLedger({ initialOneWayMs: 10 });
    ledger.sent('a', 1600, 0);
    ledger.sent('b', 1600, 50);
    assert.equal(ledger.heardMs('a', 110), 100);
    assert.equal(ledger.heardMs('b', 210), 0);
    assert.equal(ledger.heardMs('b', 310), 100);
    ledger.sent('c', 800, 1000);
    assert.equal(ledger.heardMs('c', 1010), 0);
    assert.equal(ledger.heardMs('c', 1060), 50);
  });

  it('is exact when the network has no jitter, once a mark has come back', () => {
    for (const oneWayMs of [0, 15, 40, 120]) {
      const player = new SimulatedPlayer({ oneWayMs, jitterMs: 0 });
      player.run(10);
      speak(player, 'a', 2000);
      player.run(2 * oneWayMs + 30);
      player.run(1500, () => {
        const error = player.ledger.heardMs('a', player.nowMs) - player.playedMs;
        assert.ok(Math.abs(error) <= 2, `off by ${error} at one way ${oneWayMs}`);
      });
    }
  });

  it('is within 2 ms of the truth in the mean, in a network of 40 ms and jitter', () => {
    for (const jitterMs of [5, 10, 20]) {
      const means: number[] = [];
      for (let seed = 1; seed <= 10; seed += 1) {
        const player = new SimulatedPlayer({ oneWayMs: 40, jitterMs, seed });
        let before = 0;
        // The call's first turns teach the network; the mean is taken of the turns that follow.
        for (let turn = 0; turn < 6; turn += 1) {
          player.run(1200);
          speak(player, `warm-up ${turn}`, 1500);
          player.run(2500);
          before += 1500;
        }
        let sum = 0;
        let count = 0;
        for (let turn = 0; turn < 5; turn += 1) {
          player.run(1200);
          speak(player, `turn ${turn}`, 3000);
          player.run(1000);
          player.run(2000, () => {
            sum += Math.abs(
              player.ledger.heardMs(`turn ${turn}`, player.nowMs) - (player.playedMs - before),
            );
            count += 1;
          });
          player.run(500);
          before += 3000;
          assert.equal(player.playedMs, before);
        }
        means.push(sum / count);
      }
      const mean = means.reduce((sum, each) => sum + each, 0) / means.length;
      assert.ok(mean <= (jitterMs <= 10 ? 1.5 : 3), `${mean} at jitter ${jitterMs}`);
      assert.ok(Math.max(...means) <= 1 + jitterMs / 3, `${Math.max(...means)} at ${jitterMs}`);
    }
  });

  it('never claims less than a mark has proved', () => {
    const player = new SimulatedPlayer({ oneWayMs: 5, jitterMs: 200, seed: 3 });
    speak(player, 'a', 3000);
    let proved = 0;
    player.run(4000, () => {
      const last = player.returned.at(-1);
      const marks = last ? Number(last.slice(1)) : 0;
      proved = marks < 2 ? 0 : Math.min(3000, 20 + (marks - 2) * 200);
      assert.ok(player.ledger.heardMs('a', player.nowMs) >= proved);
    });
    assert.equal(proved, 3000);
  });

  it('corrects itself when the buffer ran dry without its knowing', () => {
    const player = new SimulatedPlayer({ oneWayMs: 40, jitterMs: 0 });
    player.run(1000);
    speak(player, 'a', 1000);
    // Sent so that it arrives 5 ms after the end: too close to tell from here.
    player.run(1005);
    player.play('b', 20);
    player.mark('first', 'b');
    player.play('b', 1000);
    player.mark('timing', 'b');
    player.run(300);
    const error = player.ledger.heardMs('b', player.nowMs) - (player.playedMs - 1000);
    assert.ok(Math.abs(error) <= 2, `off by ${error}`);
  });

  it('says at a clear what will have been heard when it arrives', () => {
    const player = new SimulatedPlayer({ oneWayMs: 40, jitterMs: 0 });
    player.run(1000);
    speak(player, 'a', 3000);
    player.run(1000);
    const heard = player.clear().get('a') ?? Number.NaN;
    player.run(500);
    assert.ok(Math.abs(heard - player.playedMs) <= 2, `${heard} and not ${player.playedMs}`);
  });

  it('takes no mark that a clear sent back for a proof', () => {
    const ledger = new PlaybackLedger({ initialOneWayMs: 40 });
    ledger.sent('a', 24_000, 0);
    ledger.markSent('end', 'end', 'a', 0);
    ledger.clear(1000);
    assert.equal(ledger.markReturned('end', 1080), undefined);
    assert.equal(ledger.heardMs('a', 2000), 0);
    assert.equal(ledger.aheadMs(2000), 0);
  });

  it('learns the round trip from a mark that a clear sent back from deep in the buffer', () => {
    const ledger = new PlaybackLedger({ initialOneWayMs: 40 });
    ledger.sent('a', 24_000, 0);
    ledger.markSent('end', 'end', 'a', 0);
    ledger.clear(1000);
    ledger.markReturned('end', 1030);
    assert.equal(ledger.oneWayMs, 15);
  });

  it('does not learn from a mark that may have been played just before the clear', () => {
    const ledger = new PlaybackLedger({ initialOneWayMs: 40 });
    ledger.sent('a', 8000, 0);
    ledger.markSent('end', 'end', 'a', 0);
    ledger.clear(1010);
    ledger.markReturned('end', 1012);
    assert.equal(ledger.oneWayMs, 40);
  });

  it('learns the round trip from a mark that met an empty buffer', () => {
    const ledger = new PlaybackLedger({ initialOneWayMs: 40 });
    ledger.markSent('probe', 'timing', undefined, 0);
    assert.deepEqual(ledger.markReturned('probe', 24), { kind: 'timing', itemId: undefined });
    assert.equal(ledger.oneWayMs, 12);
  });

  it('passes over marks that nobody sent and marks that come twice', () => {
    const ledger = new PlaybackLedger();
    assert.equal(ledger.markReturned('unknown', 5), undefined);
    ledger.sent('a', 160, 0);
    ledger.markSent('m', 'first', 'a', 0);
    assert.deepEqual(ledger.markReturned('m', 100), { kind: 'first', itemId: 'a' });
    assert.equal(ledger.markReturned('m', 101), undefined);
  });

  it('plays on after a clear as if nothing had been before', () => {
    const player = new SimulatedPlayer({ oneWayMs: 30, jitterMs: 10, seed: 5 });
    player.run(1000);
    speak(player, 'a', 5000);
    player.run(1000);
    player.clear();
    const before = player.playedMs;
    player.run(200);
    const cleared = player.playedMs;
    assert.ok(cleared - before <= 40);
    speak(player, 'b', 2000);
    player.run(1000);
    const error = player.ledger.heardMs('b', player.nowMs) - (player.playedMs - cleared);
    assert.ok(Math.abs(error) <= 6, `off by ${error}`);
  });

  it('stays right when audio is sent in small pieces just in time', () => {
    const player = new SimulatedPlayer({ oneWayMs: 40, jitterMs: 0 });
    player.run(1000);
    for (let i = 0; i < 100; i += 1) {
      player.play('a', 20);
      player.run(20);
    }
    const error = player.ledger.heardMs('a', player.nowMs) - player.playedMs;
    assert.ok(Math.abs(error) <= 2, `off by ${error}`);
  });

  it('takes what ended long ago for played, and measures what follows by itself', () => {
    const player = new SimulatedPlayer({ oneWayMs: 40, jitterMs: 0 });
    for (const itemId of ['a', 'b', 'c']) {
      player.play(itemId, 2000);
      player.run(20_000);
      assert.equal(player.ledger.aheadMs(player.nowMs), 0);
      assert.equal(player.ledger.heardMs('a', player.nowMs), 2000);
    }
    player.play('d', 2000);
    player.run(1000);
    const error = player.ledger.heardMs('d', player.nowMs) - (player.playedMs - 6000);
    assert.ok(Math.abs(error) <= 2, `off by ${error}`);
  });

  it('does not take for played what a mark is still out for, however long ago it was sent', () => {
    const ledger = new PlaybackLedger({ initialOneWayMs: 40 });
    ledger.sent('first', 800, 0);
    ledger.markSent('end of first', 'end', 'first', 0);
    ledger.markReturned('end of first', 180);
    ledger.sent('a', 16_000, 20_000);
    ledger.markSent('end of a', 'end', 'a', 20_000);
    ledger.sent('b', 16_000, 30_000);
    // The line had stood still: it is only now that the phone has played it.
    ledger.markReturned('end of a', 31_000);
    assert.equal(ledger.heardMs('b', 30_900), 0);
    const heardMs = ledger.heardMs('b', 31_060);
    assert.ok(heardMs > 0 && heardMs <= 200, String(heardMs));
  });

  it('refuses a negative delay', () => {
    assert.throws(() => new PlaybackLedger({ initialOneWayMs: -1 }), RangeError);
  });
});
