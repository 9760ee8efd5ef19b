/**
 * Signals a process and whatever it has started, as long as any of that lives. It has to lead a group
 * of its own (`detached`): then Ctrl-C reaches only us, and we decide in which order the parts end.
 */
export function signalGroup(leaderPid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leaderPid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
