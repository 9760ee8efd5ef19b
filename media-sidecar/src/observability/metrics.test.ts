import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '../kernel/testing/virtual-clock.ts';
import { noMetrics } from '../kernel/metrics.ts';
import { PrometheusMetrics, watchEventLoop } from './metrics.ts';

test('turns counts, durations and gauges into series', async () => {
  const metrics = new PrometheusMetrics();
  metrics.count('tool_calls', { outcome: 'ok' });
  metrics.count('tool_calls', { outcome: 'ok' }, 2);
  metrics.count('tool_calls');
  metrics.observeMs('response_total', 640);
  metrics.gauge('calls_active', 3);
  const text = await metrics.registry.metrics();
  assert.match(text, /voice_tool_calls_total\{outcome="ok"\} 3/);
  assert.match(text, /voice_tool_calls_total 1/);
  assert.match(text, /voice_response_total_ms_bucket\{le="650"\} 1/);
  assert.match(text, /voice_response_total_ms_bucket\{le="500"\} 0/);
  assert.match(text, /voice_calls_active 3/);
});

test('drops a label that was never declared instead of failing a call', async () => {
  const metrics = new PrometheusMetrics();
  metrics.count('calls_started', { phoneNumber: '+56912345678' });
  assert.match(await metrics.registry.metrics(), /^voice_calls_started_total 1$/m);
});

test('reports the lag of the event loop until it is stopped', () => {
  const clock = new VirtualClock();
  const seen: number[] = [];
  const metrics = {
    ...noMetrics,
    observeMs: (_name: string, valueMs: number) => seen.push(valueMs),
  };
  const delays = {
    enabled: false,
    count: 0,
    max: 0,
    enable: () => (delays.enabled = true),
    disable: () => (delays.enabled = false),
    reset: () => Object.assign(delays, { count: 0, max: 0 }),
  };
  const stop = watchEventLoop(metrics, clock, 1000, delays);
  assert.ok(delays.enabled);
  clock.advance(1000);
  assert.deepEqual(seen, [], 'a loop that was not sampled has no lag to tell of');
  Object.assign(delays, { count: 3, max: 42e6 });
  clock.advance(1000);
  assert.deepEqual(seen, [32], 'without the 10 ms between two samples');
  Object.assign(delays, { count: 1, max: 11e6 });
  stop();
  clock.advance(5000);
  assert.deepEqual(seen, [32]);
  assert.ok(!delays.enabled);
});
