/**
 * Checks what would be published, as n8n's verification does: the packed tarball itself, and the
 * community rules over its source and over its JavaScript, deaf to inline disables.
 *
 * Run it after `npm run build`. It prints each finding and exits with 1 when there is one.
 */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  globSync,
  mkdtempSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import communityNodes from '@n8n/eslint-plugin-community-nodes';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';

const root = fileURLToPath(new URL('..', import.meta.url));
const findings: string[] = [];

interface PackageJson {
  name: string;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  bundledDependencies?: string[];
  n8n: { nodes: string[]; credentials: string[] };
}

function check(holds: boolean, finding: string) {
  if (!holds) findings.push(finding);
}

/** Packs the package and unpacks the tarball where nothing but n8n-workflow can be required. */
function pack(into: string): { folder: string; files: string[] } {
  const reply = execFileSync(
    'npm',
    ['pack', '--json', '--ignore-scripts', '--pack-destination', into],
    {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const [packed] = JSON.parse(reply.slice(reply.indexOf('['))) as [
    { filename: string; files: Array<{ path: string }> },
  ];
  execFileSync('tar', ['-xzf', join(into, packed.filename), '-C', into]);
  mkdirSync(join(into, 'node_modules'));
  symlinkSync(join(root, 'node_modules/n8n-workflow'), join(into, 'node_modules/n8n-workflow'));
  return { folder: join(into, 'package'), files: packed.files.map(({ path }) => path) };
}

function checkContents(files: string[]) {
  for (const file of files) {
    const isExpected =
      file.startsWith('dist/') || ['package.json', 'README.md', 'LICENSE'].includes(file);
    check(isExpected, `${file}: does not belong into the package`);
    check(!file.endsWith('.tsbuildinfo'), `${file}: is a leftover of the compiler`);
    check(!/\.test\.|\/testing\//.test(file), `${file}: is a test`);
  }
  for (const needed of ['package.json', 'README.md', 'LICENSE']) {
    check(files.includes(needed), `${needed}: is missing`);
  }
}

function checkManifest({
  dependencies,
  optionalDependencies,
  bundledDependencies,
  n8n,
}: PackageJson) {
  check(Object.keys(dependencies ?? {}).length === 0, 'package.json: has dependencies');
  check(
    Object.keys(optionalDependencies ?? {}).length === 0,
    'package.json: has optionalDependencies',
  );
  check((bundledDependencies ?? []).length === 0, 'package.json: has bundledDependencies');
  check(n8n.nodes.length > 0 && n8n.credentials.length > 0, 'package.json: registers nothing');
}

interface Icon {
  light: string;
  dark: string;
}

interface Loaded {
  name?: string;
  icon?: Icon | string;
  description?: { name: string; icon?: Icon | string; credentials?: Array<{ name: string }> };
}

function load(path: string): Loaded | undefined {
  const className = basename(path).split('.')[0] ?? '';
  try {
    const module = createRequire(path)(path) as Record<string, new () => Loaded>;
    const Exported = module[className];
    check(Exported !== undefined, `${path}: exports no class ${className}`);
    return Exported && new Exported();
  } catch (error) {
    findings.push(`${path}: does not load: ${(error as Error).message}`);
    return undefined;
  }
}

function checkIcons(icon: Icon | string | undefined, path: string) {
  const icons = typeof icon === 'object' ? [icon.light, icon.dark] : [];
  check(icons.length === 2, `${path}: needs a light and a dark icon`);
  for (const one of icons) {
    const file = join(dirname(path), one.replace(/^file:/, ''));
    check(
      one.startsWith('file:') && existsSync(file),
      `${path}: its icon ${one} is not in the package`,
    );
  }
}

function checkRegistered(folder: string, { name, n8n }: PackageJson) {
  const credentialNames = new Set<string>();
  for (const registered of n8n.credentials) {
    const path = join(folder, registered);
    const credential = load(path);
    if (credential?.name) credentialNames.add(credential.name);
    if (credential) checkIcons(credential.icon, path);
  }
  for (const registered of n8n.nodes) {
    const path = join(folder, registered);
    const { description } = load(path) ?? {};
    if (!description) continue;
    checkIcons(description.icon, path);
    for (const used of description.credentials ?? []) {
      check(credentialNames.has(used.name), `${path}: uses the foreign credential ${used.name}`);
    }
    const codexPath = path.replace(/\.js$/, '.json');
    if (!existsSync(codexPath)) {
      findings.push(`${path}: its codex file is not in the package`);
      continue;
    }
    const codex = JSON.parse(readFileSync(codexPath, 'utf8')) as {
      node: string;
      categories: string[];
    };
    check(codex.node === `${name}.${description.name}`, `${codexPath}: is about ${codex.node}`);
    check(codex.categories.length > 0, `${codexPath}: has no categories`);
  }
  const present = globSync('dist/nodes/**/*.node.js', { cwd: folder });
  for (const file of present) {
    check(n8n.nodes.includes(file), `${file}: is not registered in package.json`);
  }
}

async function lint(cwd: string, files: string[], ignoreNothing: boolean) {
  const eslint = new ESLint({
    cwd,
    allowInlineConfig: false,
    overrideConfigFile: true,
    ...(ignoreNothing ? { ignore: false } : {}),
    overrideConfig: [
      {
        ...communityNodes.configs.recommended,
        files: ['**/*.ts', '**/*.js', '**/package.json'],
        languageOptions: {
          parser: tseslint.parser,
          parserOptions: { extraFileExtensions: ['.json'] },
        },
      } as never,
    ],
  });
  const results = await eslint.lintFiles(files);
  check(results.length > 0, `nothing was linted in ${files.join(', ')}`);
  for (const { filePath, messages } of results) {
    for (const { line, ruleId, message } of messages) {
      findings.push(`${filePath}:${line}: ${message} (${ruleId})`);
    }
  }
  return results.length;
}

const folder = mkdtempSync(join(tmpdir(), 'check-package-'));
try {
  const packed = pack(folder);
  const manifest = JSON.parse(
    readFileSync(join(packed.folder, 'package.json'), 'utf8'),
  ) as PackageJson;
  checkContents(packed.files);
  checkManifest(manifest);
  checkRegistered(packed.folder, manifest);
  const source = await lint(root, ['package.json', 'nodes/**/*.ts', 'credentials/**/*.ts'], false);
  const shipped = await lint(packed.folder, ['package.json', '**/*.js'], true);
  console.log(
    `${packed.files.length} files packed, ${source} of the source and ${shipped} packed ones linted`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
for (const finding of findings) console.error(finding);
console.log(
  findings.length === 0 ? 'The package is as n8n wants it.' : `${findings.length} findings`,
);
process.exitCode = findings.length === 0 ? 0 : 1;
