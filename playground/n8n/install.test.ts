import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, beforeEach, describe, test } from 'node:test';
import { FakeNpm, type NpmBehaviour } from '../testing/fake-npm.ts';
import { installN8n, n8nBin, N8nInstallError } from './install.ts';

describe('installing n8n', () => {
  let cacheDir: string;
  let progress: string[];
  const cleanUp = new AsyncDisposableStack();

  beforeEach(async () => {
    const dir = await mkdtemp(join(tmpdir(), 'n8n-cache-'));
    cleanUp.defer(() => rm(dir, { recursive: true, force: true }));
    // Of a user who has never had a cache.
    cacheDir = join(dir, 'cache');
    progress = [];
  });
  after(() => cleanUp.disposeAsync());

  const npm = async (behaviour: NpmBehaviour) => cleanUp.use(await FakeNpm.make(behaviour));
  const install = ({ command }: FakeNpm, signal?: AbortSignal) =>
    installN8n((line) => progress.push(line), {
      cacheDir,
      npm: command,
      ...(signal && { signal }),
    });
  /** What lies in the cache beside the log. */
  const folders = async () =>
    (await readdir(cacheDir)).filter((name) => name !== 'n8n-install.log').sort();
  test('puts it in its place, once', async () => {
    const fake = await npm('succeeds');
    const dir = await install(fake);
    assert.match(basename(dir), /^n8n-[0-9a-f]{12}$/);
    assert.deepEqual(await folders(), [basename(dir)]);
    assert.equal(await readFile(n8nBin(dir), 'utf8'), '');
    assert.equal(await install(fake), dir);
    assert.equal(await readFile(join(dir, 'tasks'), 'utf8'), 'ci\nrebuild\n');
    const { dependencies } = JSON.parse(await readFile(join(dir, 'package.json'), 'utf8')) as {
      dependencies: { n8n: string };
    };
    assert.match(progress[0] ?? '', new RegExp(`installing n8n ${dependencies.n8n} `));
  });

  test('two clones at the same time do not disturb each other', async () => {
    const fake = await npm('succeeds');
    const [one, other] = await Promise.all([install(fake), install(fake)]);
    assert.equal(one, other);
    assert.deepEqual(await folders(), [basename(one)]);
  });

  test('a failure says why, where to read more and what helps, and leaves nothing', async () => {
    await assert.rejects(install(await npm('fails')), (error: unknown) => {
      assert.ok(error instanceof N8nInstallError);
      assert.match(error.message, /could not be installed: "npm ci .*" ended with 228\.\n/);
      assert.match(error.message, /^ {2}npm error code ENOSPC$/m);
      assert.ok(error.message.includes(join(cacheDir, 'n8n-install.log')));
      assert.match(error.message, /the npm registry; 6 GB of free disk; .*\n.*python3, make/);
      assert.match(error.message, /run the command again/);
      return true;
    });
    assert.deepEqual(await folders(), []);
    const log = await readFile(join(cacheDir, 'n8n-install.log'), 'utf8');
    assert.equal(log, 'npm error code ENOSPC\n');
  });

  test('an npm that is not there is a failure like any other', async () => {
    const fake = await npm('succeeds');
    await rm(join(fake.dir, 'npm'));
    await assert.rejects(install(fake), { name: 'N8nInstallError', message: /npm ENOENT/ });
    assert.deepEqual(await folders(), []);
  });

  test('an interrupted one ends npm and its children, and then leaves nothing', async () => {
    const fake = await npm('hangs');
    const stopping = new AbortController();
    const installing = install(fake, stopping.signal);
    await fake.hanging();
    const [staging = ''] = await folders();
    assert.match(staging, /\.partial-/);
    stopping.abort();
    await assert.rejects(installing, { name: 'AbortError' });
    await fake.ended();
    assert.deepEqual(await folders(), []);
    assert.equal(progress.at(-1), 'removing what was installed so far');
  });

  test('one that is interrupted before npm runs leaves nothing', async () => {
    const stopped = AbortSignal.abort();
    await assert.rejects(install(await npm('succeeds'), stopped), { name: 'AbortError' });
    assert.deepEqual(await folders(), []);
  });

  test('what killed installations left is removed, and nothing else', async () => {
    const here = hostname();
    const gone = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
    await once(gone, 'close');
    const [dead, alive] = [String(gone.pid), String(process.pid)];
    const stale = [`${dead}@${here}-Ab12cd`];
    const staleWhenOld = [`${alive}@${here}-Ab12cd`, `${dead}@not-${here}-Ab12cd`, 'Ab12cd'];
    const keptWhenNew = staleWhenOld.map((owner) => owner.replace('Ab12cd', 'Ef34gh'));
    const place = async (name: string) => {
      await mkdir(join(cacheDir, name, 'node_modules'), { recursive: true });
      return name;
    };
    const partials = (owners: readonly string[]) =>
      Promise.all(owners.map((owner) => place(`n8n-0123456789ab.partial-${owner}`)));
    const twoDaysAgo = new Date(Date.now() - 2 * 86_400_000);
    const age = (name: string) => utimes(join(cacheDir, name), twoDaysAgo, twoDaysAgo);

    await partials(stale);
    await Promise.all((await partials(staleWhenOld)).map(age));
    const older = await place('n8n-0123456789ab');
    await age(older);
    const kept = [...(await partials(keptWhenNew)), older];
    const dir = await install(await npm('succeeds'));
    assert.deepEqual(await folders(), [...kept, basename(dir)].sort());
  });
});
