import { registerHooks } from 'node:module';

/*
 * For `node --import`, before the sidecar's main.ts: its embedded database dies of SIGUSR2, and no
 * cloud is waited for.
 */

const noClouds = `export const buildProviders = async () => ({
  cascade: {}, phrases: {}, warmUp: async () => {}, close: async () => {},
});`;

process.once('worker', (worker) => {
  process.on('SIGUSR2', () => void worker.terminate());
});
registerHooks({
  load: (url, context, next) =>
    url.endsWith('/src/providers.ts')
      ? { format: 'module', source: noClouds, shortCircuit: true }
      : next(url, context),
});
