/** A CPU profile as V8 writes it (Profiler.Profile of the DevTools protocol), as far as it is read. */
export interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  /** The node that ran at each sample. */
  readonly samples?: readonly number[];
  /** Since the sample before, in µs. */
  readonly timeDeltas?: readonly number[];
}

export interface ProfileNode {
  readonly id: number;
  readonly callFrame: {
    readonly functionName: string;
    readonly url: string;
    /** Counts from 0. */
    readonly lineNumber: number;
  };
  readonly children?: readonly number[];
}

export interface Share {
  readonly place: string;
  /** Of all time that was not idle. */
  readonly selfShare: number;
  /** With everything that was called from there. */
  readonly totalShare: number;
}

const NOT_WORK: ReadonlySet<string> = new Set(['(idle)', '(root)', '(program)']);

/**
 * Where time went, by whatever tells places apart. `(program)` is the machine's own: left out.
 * @returns in no order
 */
export function sharesBy(
  { nodes, samples = [], timeDeltas = [] }: CpuProfile,
  placeOf: (node: ProfileNode) => string,
): Share[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const selfUs = new Map<number, number>();
  samples.forEach((id, index) => {
    selfUs.set(id, (selfUs.get(id) ?? 0) + (timeDeltas[index] ?? 0));
  });
  const ofPlace = new Map<string, { selfUs: number; totalUs: number }>();
  let workUs = 0;
  const visit = (node: ProfileNode, above: ReadonlySet<string>): number => {
    const isWork = !NOT_WORK.has(node.callFrame.functionName);
    const ownUs = isWork ? (selfUs.get(node.id) ?? 0) : 0;
    const place = placeOf(node);
    const below = new Set(above).add(place);
    const totalUs = (node.children ?? [])
      .map((id) => byId.get(id))
      .filter((child) => child !== undefined)
      .reduce((sum, child) => sum + visit(child, below), ownUs);
    workUs += ownUs;
    if (!isWork) return totalUs;
    const known = ofPlace.get(place) ?? { selfUs: 0, totalUs: 0 };
    ofPlace.set(place, {
      selfUs: known.selfUs + ownUs,
      // What calls itself counts once.
      totalUs: known.totalUs + (above.has(place) ? 0 : totalUs),
    });
    return totalUs;
  };
  const root = nodes[0];
  if (root) visit(root, new Set());
  return [...ofPlace].map(([place, { selfUs: self, totalUs }]) => ({
    place,
    selfShare: self / Math.max(1, workUs),
    totalShare: totalUs / Math.max(1, workUs),
  }));
}
