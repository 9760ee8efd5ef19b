/** More late frames than this, and it is the load that is measured. */
const MOST_LATE_SHARE = 0.01;

/** Whether the phones kept their own 20 ms. */
export function keptPace({ lateShare }: { readonly lateShare: number }): boolean {
  return lateShare <= MOST_LATE_SHARE;
}
