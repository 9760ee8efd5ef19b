import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { Clock, Timer } from '../kernel/clock.ts';
import type { MetricCounter, MetricDuration, MetricGauge, Metrics } from '../kernel/metrics.ts';

/** Every label that a series may have. An undeclared one is dropped, so that a typo ends no call. */
const labelNames = [
  'provider',
  'source',
  'by',
  'tool',
  'capability',
  'reason',
  'direction',
  'pipeline',
  'agent',
  'outcome',
  'code',
  'type',
  'event',
  'kind',
  'result',
  'stage',
  'status',
] as const;

const durationBucketsMs = [
  1, 2, 5, 10, 20, 50, 100, 200, 300, 400, 500, 650, 800, 1000, 1250, 1500, 2000, 3000, 5000,
  10_000, 20_000,
];

/** Metrics as Prometheus series: `voice_<name>_total`, `voice_<name>_ms`, `voice_<name>`. */
export class PrometheusMetrics implements Metrics {
  readonly registry = new Registry();
  readonly #counters = new Map<MetricCounter, Counter>();
  readonly #histograms = new Map<MetricDuration, Histogram>();
  readonly #gauges = new Map<MetricGauge, Gauge>();

  count(name: MetricCounter, labels: Record<string, string> = {}, by = 1): void {
    let counter = this.#counters.get(name);
    if (counter === undefined) {
      counter = new Counter({
        name: `voice_${name}_total`,
        help: name.replaceAll('_', ' '),
        labelNames,
        registers: [this.registry],
      });
      this.#counters.set(name, counter);
    }
    counter.inc(known(labels), by);
  }

  observeMs(name: MetricDuration, valueMs: number, labels: Record<string, string> = {}): void {
    let histogram = this.#histograms.get(name);
    if (histogram === undefined) {
      histogram = new Histogram({
        name: `voice_${name}_ms`,
        help: `${name.replaceAll('_', ' ')} in milliseconds`,
        labelNames,
        buckets: durationBucketsMs,
        registers: [this.registry],
      });
      this.#histograms.set(name, histogram);
    }
    histogram.observe(known(labels), valueMs);
  }

  gauge(name: MetricGauge, value: number, labels: Record<string, string> = {}): void {
    let gauge = this.#gauges.get(name);
    if (gauge === undefined) {
      gauge = new Gauge({
        name: `voice_${name}`,
        help: name.replaceAll('_', ' '),
        labelNames,
        registers: [this.registry],
      });
      this.#gauges.set(name, gauge);
    }
    gauge.set(known(labels), value);
  }

  /** Adds the series of the process itself: CPU, memory, garbage collection. */
  collectProcessMetrics(): void {
    collectDefaultMetrics({ register: this.registry });
  }
}

function known(labels: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(labels).filter(([name]) => (labelNames as readonly string[]).includes(name)),
  );
}

/** What is used of `perf_hooks`' histogram of event loop delays, in ns. */
type EventLoopDelays = Pick<ReturnType<typeof monitorEventLoopDelay>, 'count' | 'max' | 'reset'> & {
  enable(): unknown;
  disable(): unknown;
};

/** Reports the worst delay of the event loop in each interval. Returns how to stop. */
export function watchEventLoop(
  metrics: Metrics,
  clock: Clock,
  intervalMs = 1000,
  histogram: EventLoopDelays = monitorEventLoopDelay({ resolution: 10 }),
): () => void {
  histogram.enable();
  let timer: Timer;
  const report = (): void => {
    // The histogram counts the sampling interval of 10 ms in.
    if (histogram.count > 0) {
      metrics.observeMs('event_loop_lag', Math.max(0, histogram.max / 1e6 - 10));
    }
    histogram.reset();
    timer = clock.schedule(intervalMs, report);
  };
  timer = clock.schedule(intervalMs, report);
  return () => {
    timer.cancel();
    histogram.disable();
  };
}
