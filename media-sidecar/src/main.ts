import { startSidecar } from './app.ts';
import { ConfigError, loadProcessConfig } from './config/config.ts';
import { setUpHeap } from './heap.ts';

setUpHeap();

try {
  const sidecar = await startSidecar(loadProcessConfig());
  const stop = (): void => {
    sidecar.close().then(
      () => process.exit(0),
      (error: unknown) => fail(error),
    );
  };
  // One may come twice, from a terminal and from npm: the second must not cut what the first lets end.
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  void sidecar.failed.then(fail);
} catch (error) {
  fail(error);
}

/** Exit code 2: the configuration is wrong, and trying again does not help. */
function fail(error: unknown): never {
  if (error instanceof ConfigError) {
    process.stderr.write(`${error.message}\n`);
    process.exit(2);
  }
  process.stderr.write(`${String(error instanceof Error ? error.stack : error)}\n`);
  process.exit(1);
}
