import type { Clock } from '../../kernel/clock.ts';

/** A clock whose timers run what is due in a guard, so that a fault in one call ends no other. */
export function guardedClock(clock: Clock, guard: (task: () => void) => void): Clock {
  return {
    nowMs: () => clock.nowMs(),
    monotonicMs: () => clock.monotonicMs(),
    schedule: (delayMs, task) => clock.schedule(delayMs, () => guard(task)),
  };
}
