import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cpuMsOf, readProcess, residentBytesOf } from './process-meter.ts';
import { Scrape } from './prometheus.ts';
import { median, percentile, slope } from './statistics.ts';

test('a percentile lies between its neighbours', () => {
  assert.equal(median([30, 10, 20, 40]), 25);
  assert.equal(percentile([0, 100], 0.95), 95);
  assert.equal(percentile([7], 0.95), 7);
  assert.equal(percentile([], 0.5), undefined);
  assert.throws(() => percentile([1], 95), RangeError);
});

test('a slope is the growth with each x, whatever there was before', () => {
  const at = (x: number, y: number) => ({ x, y });
  assert.equal(slope([at(25, 1050), at(50, 1100), at(100, 1200)]), 2);
  // Least squares: (-1)(0) + (0)(-1) + (1)(1), through 2.
  assert.equal(slope([at(0, 1), at(1, 0), at(2, 2)]), 0.5);
  assert.equal(slope([at(10, 1), at(10, 2)]), undefined);
  assert.equal(slope([]), undefined);
});

const TEXT = `# HELP voice_x_ms x
# TYPE voice_x_ms histogram
voice_x_ms_bucket{le="10",kind="a \\"b\\""} 2
voice_x_ms_bucket{le="20",kind="a \\"b\\""} 6
voice_x_ms_bucket{le="+Inf",kind="a \\"b\\""} 6
voice_x_ms_bucket{le="10",kind="c"} 0
voice_x_ms_bucket{le="20",kind="c"} 4
voice_x_ms_bucket{le="+Inf",kind="c"} 4
voice_lost_total{reason="gap"} 3
voice_lost_total{reason="late"} 2
`;

test('a scrape adds up the series of one name', () => {
  const scrape = new Scrape(TEXT);
  assert.equal(scrape.total('voice_lost_total'), 5);
  assert.equal(scrape.total('voice_never_counted_total'), 0);
  assert.equal(scrape.histogram('voice_x_ms').count, 10);
});

test('a quantile is interpolated within its bucket', () => {
  const histogram = new Scrape(TEXT).histogram('voice_x_ms');
  assert.equal(histogram.quantile(0.1), 5);
  assert.equal(histogram.quantile(0.6), 15);
  assert.equal(histogram.quantile(1), 20);
});

test('a quantile beyond the last bound is that bound, and of nothing it is undefined', () => {
  const above = new Scrape('x_bucket{le="10"} 0\nx_bucket{le="+Inf"} 4\n').histogram('x');
  assert.equal(above.quantile(0.5), 10);
  assert.equal(new Scrape('').histogram('x').quantile(0.5), undefined);
});

test('what two scrapes observed between them is their difference', () => {
  const before = new Scrape('x_bucket{le="10"} 5\nx_bucket{le="+Inf"} 5\n').histogram('x');
  const after = new Scrape('x_bucket{le="10"} 5\nx_bucket{le="+Inf"} 9\n').histogram('x');
  assert.equal(after.since(before).count, 4);
  assert.equal(after.since(before).plus(before).count, 9);
});

test('CPU time is read behind a program name with blanks and brackets', () => {
  const stat = '42 (node (a b) c) S 1 2 3 4 5 6 7 8 9 10 150 50 0 0 20 0 11';
  assert.equal(cpuMsOf(stat), 2000);
  assert.throws(() => cpuMsOf(''));
});

test('resident memory is read in bytes', () => {
  assert.equal(residentBytesOf('Name:\tnode\nVmRSS:\t    2048 kB\n'), 2_097_152);
  assert.throws(() => residentBytesOf('Name:\tnode\n'));
});

test('reads this process', { skip: process.platform !== 'linux' && 'needs /proc' }, async () => {
  const reading = await readProcess(process.pid);
  assert.ok(reading.cpuMs > 0);
  assert.ok(reading.residentBytes > 10_000_000);
});
