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
  const stop = watchEventLoop(metrics, clock, 1000);
  // The histogram of a loop that never ran is empty; a blocked one is what counts, so run it.
  const until = performance.now() + 30;
  while (performance.now() < until);
  return new Promise<void>((resolve) => {
    setTimeout(() => {
      clock.advance(1000);
      stop();
      const reported = seen.length;
      clock.advance(5000);
      assert.ok(reported === 1 && seen.length === 1);
      resolve();
    }, 50);
  });
});
