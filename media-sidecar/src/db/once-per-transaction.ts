import type { TenantDb } from './database.ts';

/**
 * Reads something once in each transaction, however often it is asked for there. For what the
 * transaction itself does not change.
 */
export function oncePerTransaction<T>(
  read: (tx: TenantDb) => Promise<T>,
): (tx: TenantDb) => Promise<T> {
  const known = new WeakMap<TenantDb, Promise<T>>();
  return (tx) => {
    const answer = known.get(tx) ?? read(tx);
    known.set(tx, answer);
    return answer;
  };
}
