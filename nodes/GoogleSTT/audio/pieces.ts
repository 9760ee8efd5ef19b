import type { Timeline } from './recording';

export interface PieceLimits {
	maxMs: number;
	maxBytes: number;
}

/** What counts around a cut: shorter pauses are inside words. */
const pauseMs = 400;
/** A shorter last piece would be a word without its sentence. */
const shortestLastMs = 5000;
/** A piece may be this much shorter than allowed, when it is quieter there. */
const shortest = 0.6;

/**
 * The boundaries at which a recording is cut: no piece exceeds the limits, and each cut is at the
 * quietest place there is in the last 40 % before the limit. Nothing is left out and nothing
 * overlaps. The first is 0, the last the end.
 */
export function cutsOf(timeline: Timeline, { maxMs, maxBytes }: PieceLimits): number[] {
	const { boundariesMs, bytesBefore } = timeline;
	const end = boundariesMs.length - 1;
	const quietness = quietnessOf(timeline);
	const cuts = [0];
	for (let from = 0; from < end;) {
		const fits = (to: number) =>
			at(boundariesMs, to) - at(boundariesMs, from) <= maxMs &&
			at(bytesBefore, to) - at(bytesBefore, from) <= maxBytes;
		const furthest = Math.max(from + 1, lastWhere(from + 1, end, fits));
		const to = furthest === end ? end : quietest(from, furthest);
		cuts.push(to);
		from = to;
	}
	return cuts;

	function quietest(from: number, furthest: number): number {
		const start = at(boundariesMs, from);
		const longestMs = at(boundariesMs, furthest) - start;
		const earliest = start + longestMs * shortest;
		const leavesEnough = at(boundariesMs, end) - shortestLastMs;
		let best = furthest;
		let bestLevel = Infinity;
		for (let to = furthest; to > from && at(boundariesMs, to) >= earliest; to--) {
			if (at(boundariesMs, to) > leavesEnough) continue;
			const level = at(quietness, to);
			// The later of two that are equally quiet: fewer pieces.
			if (level < bestLevel) [best, bestLevel] = [to, level];
		}
		return best;
	}
}

/** The mean level in the 400 ms around each boundary. */
function quietnessOf({ boundariesMs, levels }: Timeline): Float64Array {
	const count = levels.length;
	const sums = new Float64Array(count + 1);
	for (let unit = 0; unit < count; unit++) sums[unit + 1] = at(sums, unit) + at(levels, unit);
	const means = new Float64Array(count + 1);
	let first = 0;
	let last = 0;
	for (let boundary = 0; boundary <= count; boundary++) {
		const time = at(boundariesMs, boundary);
		while (at(boundariesMs, first) < time - pauseMs / 2) first++;
		while (last < count && at(boundariesMs, last) < time + pauseMs / 2) last++;
		means[boundary] = (at(sums, last) - at(sums, first)) / Math.max(1, last - first);
	}
	return means;
}

/** The last index in the range for which a condition holds that once false stays false. */
function lastWhere(from: number, to: number, holds: (index: number) => boolean): number {
	let [low, high] = [from - 1, to];
	while (low < high) {
		const middle = Math.ceil((low + high) / 2);
		if (holds(middle)) low = middle;
		else high = middle - 1;
	}
	return low;
}

function at(values: Float32Array | Float64Array, index: number): number {
	return values[index] ?? 0;
}
