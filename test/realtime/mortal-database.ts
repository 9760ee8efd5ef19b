/* For `node --import`, before the sidecar's main.ts: its embedded database dies of SIGUSR2. */

process.once('worker', (worker) => {
  process.on('SIGUSR2', () => void worker.terminate());
});
