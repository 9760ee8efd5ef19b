/** One line of the text format: https://prometheus.io/docs/instrumenting/exposition_formats/ */
interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;

/** A scrape of `/metrics`. Series of one name are added up over their labels. */
export class Scrape {
  readonly #samples: readonly Sample[];

  constructor(text: string) {
    this.#samples = text.split('\n').flatMap((line) => {
      const match = line.startsWith('#') ? null : LINE.exec(line);
      if (!match) return [];
      const [, name = '', labels = '', value = ''] = match;
      const pairs = [...labels.matchAll(LABEL)].map(([, key = '', text = '']) => [key, text]);
      return [
        {
          name,
          labels: Object.fromEntries(pairs),
          value: Number(value.replace('Inf', 'Infinity')),
        },
      ];
    });
  }

  /** Sum of a counter or gauge; 0 where nothing was counted yet. */
  total(name: string): number {
    return this.#samples
      .filter((sample) => sample.name === name)
      .reduce((sum, { value }) => sum + value, 0);
  }

  /** Cumulative counts by upper bound, in ascending order. */
  histogram(name: string): Histogram {
    const counts = new Map<number, number>();
    for (const { name: of, labels, value } of this.#samples) {
      if (of !== `${name}_bucket`) continue;
      const bound = labels['le'] === '+Inf' ? Infinity : Number(labels['le']);
      counts.set(bound, (counts.get(bound) ?? 0) + value);
    }
    return new Histogram(counts);
  }
}

export class Histogram {
  readonly #buckets: readonly (readonly [bound: number, count: number])[];

  constructor(cumulative: ReadonlyMap<number, number>) {
    this.#buckets = [...cumulative].sort(([a], [b]) => a - b);
  }

  get count(): number {
    return this.#buckets.at(-1)?.[1] ?? 0;
  }

  /** What was observed since an earlier scrape. */
  since(earlier: Histogram): Histogram {
    const before = new Map(earlier.#buckets);
    return new Histogram(
      new Map(this.#buckets.map(([bound, count]) => [bound, count - (before.get(bound) ?? 0)])),
    );
  }

  /** Both together: rounds of one measurement. */
  plus(other: Histogram): Histogram {
    const sum = new Map(this.#buckets);
    for (const [bound, count] of other.#buckets) sum.set(bound, (sum.get(bound) ?? 0) + count);
    return new Histogram(sum);
  }

  /**
   * Interpolated within its bucket, as Prometheus' `histogram_quantile` does; the last finite bound
   * where the value lies above it.
   * @returns undefined when nothing was observed
   */
  quantile(share: number): number | undefined {
    if (this.count === 0) return undefined;
    const rank = share * this.count;
    let lowerBound = 0;
    let lowerCount = 0;
    for (const [bound, count] of this.#buckets) {
      if (count >= rank && count > lowerCount) {
        if (bound === Infinity) return lowerBound;
        return lowerBound + ((bound - lowerBound) * (rank - lowerCount)) / (count - lowerCount);
      }
      lowerBound = bound === Infinity ? lowerBound : bound;
      lowerCount = count;
    }
    return lowerBound;
  }
}

export const emptyHistogram = new Histogram(new Map());
