import type { Metrics } from '../../kernel/metrics.ts';

type Labels = Record<string, string>;

/** Keeps what was counted and measured. */
export class CountingMetrics implements Metrics {
  readonly counted: { readonly name: string; readonly labels: Labels }[] = [];
  readonly measured: { readonly name: string; readonly valueMs: number }[] = [];
  readonly gauges = new Map<string, number>();

  count(name: string, labels: Labels = {}): void {
    this.counted.push({ name, labels });
  }

  observeMs(name: string, valueMs: number): void {
    this.measured.push({ name, valueMs });
  }

  gauge(name: string, value: number): void {
    this.gauges.set(name, value);
  }

  /** How often it was counted, with these labels among others. */
  times(name: string, labels: Labels = {}): number {
    const matches = (given: Labels) =>
      Object.entries(labels).every(([key, value]) => given[key] === value);
    return this.counted.filter((one) => one.name === name && matches(one.labels)).length;
  }

  /** All that was measured under this name, in ms, in order. */
  measuredMs(name: string): number[] {
    return this.measured.filter((one) => one.name === name).map(({ valueMs }) => valueMs);
  }
}
