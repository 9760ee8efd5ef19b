import { startSidecar } from './app.ts';
import { ConfigError, loadProcessConfig } from './config/config.ts';

try {
  const sidecar = await startSidecar(loadProcessConfig());
  const stop = (): void => {
    sidecar.close().then(
      () => process.exit(0),
      (error: unknown) => fail(error),
    );
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
} catch (error) {
  fail(error);
}

function fail(error: unknown): never {
  const message =
    error instanceof ConfigError ? error.message : error instanceof Error ? error.stack : error;
  process.stderr.write(`${String(message)}\n`);
  process.exit(1);
}
