import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** Notes what it was asked for, and in which environment. */
const note = `#!/bin/sh
echo "\${CI-unset} \${0##*/} $*" >> "$NOTES"
`;

test('every step of CI knows that it is CI, so that nothing missing is skipped', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'ci-run-'));
  try {
    for (const name of ['npm', 'chromium']) {
      await writeFile(join(dir, name), note);
      await chmod(join(dir, name), 0o755);
    }
    const notes = join(dir, 'notes');
    await promisify(execFile)(fileURLToPath(new URL('../.ci/run', import.meta.url)), {
      env: { PATH: `${dir}:/usr/bin:/bin`, NOTES: notes },
    });
    const steps = (await readFile(notes, 'utf8')).trimEnd().split('\n');
    assert.equal(steps.at(-1), '1 npm test');
    assert.deepEqual(
      steps.filter((step) => !step.startsWith('1 ')),
      [],
    );
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});
