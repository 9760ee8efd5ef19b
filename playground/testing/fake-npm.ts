import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from '../processes/run-to-end.ts';

export type NpmBehaviour = 'succeeds' | 'fails' | 'hangs' | 'is-deaf';

/**
 * Asked to end while it hangs, it writes once more, as npm does when its children are cut off; when
 * it is deaf, it goes on.
 */
const program = (behaviour: NpmBehaviour, port: number): string => `#!${process.execPath}
const fs = require('node:fs');
const [task] = process.argv.slice(2);
if (task === 'run') process.exit(0);
fs.appendFileSync('tasks', task + '\\n');
switch (${JSON.stringify(behaviour)}) {
  case 'succeeds':
    fs.mkdirSync('node_modules/n8n/bin', { recursive: true });
    fs.writeFileSync('node_modules/n8n/bin/n8n', '');
    break;
  case 'fails':
    console.error('npm error code ENOSPC');
    process.exit(228);
  default: {
    const here = process.cwd();
    if (!process.argv.includes('child')) require('node:child_process').spawn(
      process.execPath, [__filename, task, 'child'], { stdio: 'inherit' });
    process.on('SIGTERM', () => {
      if (${JSON.stringify(behaviour)} === 'is-deaf') return;
      fs.mkdirSync(here + '/late', { recursive: true });
      fs.writeFileSync(here + '/late/' + process.pid, '');
      process.exit(143);
    });
    const line = require('node:net').connect(${String(port)}, '127.0.0.1');
    line.resume().on('close', () => process.exit());
  }
}
`;

/**
 * An npm that installs nothing. One that hangs has a child, and both hold a line to us: it tells that
 * they live, and they end with it.
 */
export class FakeNpm implements AsyncDisposable {
  /** Where it lies, under the name that a PATH needs. */
  readonly dir: string;
  readonly #server = createServer();
  readonly #lines: Socket[] = [];

  private constructor(dir: string) {
    this.dir = dir;
    this.#server.on('connection', (line) => {
      line.on('error', () => undefined).resume();
      this.#lines.push(line);
      this.#server.emit('line');
    });
  }

  static async make(behaviour: NpmBehaviour): Promise<FakeNpm> {
    const fake = new FakeNpm(await mkdtemp(join(tmpdir(), 'fake-npm-')));
    await once(fake.#server.listen(0, '127.0.0.1'), 'listening');
    const { port } = fake.#server.address() as AddressInfo;
    const [file] = fake.command;
    await writeFile(file, program(behaviour, port));
    await chmod(file, 0o755);
    return fake;
  }

  get command(): Command {
    return [join(this.dir, 'npm')];
  }

  /** Resolves when npm and its child hang. */
  async hanging(): Promise<void> {
    while (this.#lines.length < 2) await once(this.#server, 'line');
  }

  /** Resolves when neither of them lives any more. */
  async ended(): Promise<void> {
    await Promise.all(this.#lines.map((line) => line.closed || once(line, 'close')));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const line of this.#lines) line.destroy();
    this.#server.close();
    await rm(this.dir, { recursive: true, force: true });
  }
}
