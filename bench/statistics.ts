/**
 * The value below which a share of the values lies, interpolated between neighbours.
 * @param share 0 to 1
 * @returns undefined without values
 */
export function percentile(values: readonly number[], share: number): number | undefined {
  if (share < 0 || share > 1) throw new RangeError('a share lies between 0 and 1');
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)];
  const above = sorted[Math.ceil(place)];
  if (below === undefined || above === undefined) return undefined;
  return below + (above - below) * (place - Math.floor(place));
}

export function median(values: readonly number[]): number | undefined {
  return percentile(values, 0.5);
}

/**
 * By how much y grows with each x: the slope of the least-squares line through the points.
 * @returns undefined where all x are the same
 */
export function slope(
  points: readonly { readonly x: number; readonly y: number }[],
): number | undefined {
  const mean = (of: (point: { x: number; y: number }) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const meanX = mean(({ x }) => x);
  const meanY = mean(({ y }) => y);
  const variance = mean(({ x }) => (x - meanX) ** 2);
  const covariance = mean(({ x, y }) => (x - meanX) * (y - meanY));
  return variance > 0 ? covariance / variance : undefined;
}
