import type { RealtimeListener } from '../contract.ts';

type EventName = keyof RealtimeListener;
type Told<K extends EventName> = Parameters<RealtimeListener[K]>[0];

export interface ToldEvent {
  readonly name: EventName;
  readonly value: unknown;
}

/** Keeps everything that a session tells, in order. */
export class RecordingListener {
  readonly events: ToldEvent[] = [];
  readonly #waiting = new Set<() => void>();

  /** To hand to `open`. */
  readonly listener = new Proxy({} as RealtimeListener, {
    get: (_, name: EventName) => (value: unknown) => {
      this.events.push({ name, value });
      for (const look of this.#waiting) look();
    },
  });

  /** Names in order, repetitions in a row counted once. */
  get names(): EventName[] {
    return this.events
      .map(({ name }) => name)
      .filter((name, index, names) => name !== names[index - 1]);
  }

  of<K extends EventName>(name: K): Told<K>[] {
    return this.events.filter((event) => event.name === name).map(({ value }) => value as Told<K>);
  }

  /** The next event of a kind, also one that came before: for tests against a real socket. */
  async next<K extends EventName>(name: K, count = 1, timeoutMs = 10_000): Promise<Told<K>> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = this.of(name);
        if (found.length < count) return;
        clearTimeout(timeout);
        this.#waiting.delete(look);
        resolve(found[count - 1] as Told<K>);
      };
      const timeout = setTimeout(() => {
        this.#waiting.delete(look);
        reject(new Error(`no ${name} within ${timeoutMs} ms, but ${this.names.join(', ')}`));
      }, timeoutMs);
      this.#waiting.add(look);
      look();
    });
  }
}
