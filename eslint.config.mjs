import js from '@eslint/js';
import communityNodes from '@n8n/eslint-plugin-community-nodes';
import { createNodeResolver, importX } from 'eslint-plugin-import-x';
import n8nNodesBase from 'eslint-plugin-n8n-nodes-base';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

import { layerZones, workspaceZones } from './scripts/lint/layers.mjs';

/**
 * Three parts. What n8n's verification scanner reads (nodes/, credentials/, package.json) obeys n8n's
 * own rules. The workspaces and everything around them obey ours. And each folder of the sidecar
 * imports only what stands behind its arrow: the table is in scripts/lint/layers.mjs.
 */

const nodes = ['nodes/**/*.ts'];
const credentials = ['credentials/**/*.ts'];
const workspaces = ['media-sidecar/**/*.ts', 'simulator/**/*.ts'];
const around = ['playground', 'bench', 'test', 'scripts'].flatMap((folder) => [
  `${folder}/**/*.ts`,
  `${folder}/**/*.mjs`,
]);
const ours = [...workspaces, ...around];
const tests = ['**/*.test.ts', '**/testing/**/*.ts', '**/test/**/*.ts'];

const community = communityNodes.configs.recommended;

/** One reader of the environment per program, so that configuration is checked in one place. */
const noEnvironment = [
  {
    selector: "MemberExpression[object.name='process'][property.name='env']",
    message: 'Read the environment in the configuration only, and hand the values in.',
  },
  {
    selector: "VariableDeclarator[init.name='process'] > ObjectPattern > Property[key.name='env']",
    message: 'Read the environment in the configuration only, and hand the values in.',
  },
  {
    selector:
      "ImportDeclaration[source.value=/^(node:)?process$/] ImportSpecifier[imported.name='env']",
    message: 'Read the environment in the configuration only, and hand the values in.',
  },
];

export default defineConfig(
  globalIgnores(['**/dist/**', '**/node_modules/**', '.playground/**', 'coverage/**']),

  // What n8n reads.
  {
    ...community,
    files: [...nodes, ...credentials, 'package.json'],
    languageOptions: {
      parser: tseslint.parser,
      parserOptions: { extraFileExtensions: ['.json'] },
    },
  },
  {
    files: [...nodes, ...credentials, 'package.json'],
    plugins: { 'n8n-nodes-base': n8nNodesBase },
  },
  { files: ['package.json'], rules: n8nNodesBase.configs.community.rules },
  {
    files: credentials,
    rules: {
      ...n8nNodesBase.configs.credentials.rules,
      // These two want the name of a page in n8n's own documentation, which has none about us.
      'n8n-nodes-base/cred-class-field-documentation-url-miscased': 'off',
      'n8n-nodes-base/cred-class-field-documentation-url-missing': 'off',
    },
  },
  {
    files: nodes,
    rules: {
      ...n8nNodesBase.configs.nodes.rules,
      // These two ask for the literal 'main', which n8n's newer rules forbid.
      'n8n-nodes-base/node-class-description-inputs-wrong-regular-node': 'off',
      'n8n-nodes-base/node-class-description-outputs-wrong': 'off',
      // A form has an order of its own: the name of a parameter comes before its description.
      'n8n-nodes-base/node-param-fixed-collection-type-unsorted-items': 'off',
    },
  },
  {
    files: [...nodes, ...credentials],
    extends: [js.configs.recommended, tseslint.configs.recommended],
    plugins: { 'import-x': importX },
    settings: { 'import-x/resolver-next': [createNodeResolver({ extensions: ['.ts', '.js'] })] },
    rules: {
      'import-x/no-cycle': ['error', { ignoreExternal: true }],
      'max-lines': ['error', 400],
      'no-console': 'error',
    },
  },

  // The workspaces and what is around them.
  {
    files: ours,
    extends: [js.configs.recommended, tseslint.configs.recommended],
    languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly' } },
    plugins: { 'import-x': importX },
    settings: {
      'import-x/resolver-next': [createNodeResolver({ extensions: ['.ts', '.mjs', '.js'] })],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts'] },
      // What others wrote is not ours to parse.
      'import-x/ignore': ['/node_modules/'],
    },
    rules: {
      'import-x/no-cycle': ['error', { ignoreExternal: true }],
      'max-lines': ['error', 400],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
    },
  },
  {
    // A promise that nobody waits for hides its error: in a live call it ends in silence.
    files: ours.filter((glob) => glob.endsWith('.ts')),
    languageOptions: {
      parserOptions: {
        project: ['./tsconfig.workspaces.json', './tsconfig.node-tests.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          allowForKnownSafeCalls: [
            { from: 'package', name: ['test', 'it', 'describe'], package: 'node:test' },
          ],
        },
      ],
      '@typescript-eslint/no-misused-promises': 'error',
    },
  },
  {
    files: workspaces,
    ignores: [
      'media-sidecar/src/config/**',
      'simulator/src/main.ts',
      'simulator/src/config.ts',
      ...tests,
    ],
    rules: { 'no-restricted-syntax': ['error', ...noEnvironment] },
  },

  // Who may import whom. A test may use any folder's fakes, but never the other workspace.
  {
    files: workspaces,
    rules: { 'import-x/no-restricted-paths': ['error', { zones: workspaceZones }] },
  },
  {
    files: ['media-sidecar/src/**/*.ts'],
    ignores: tests,
    rules: {
      'import-x/no-restricted-paths': ['error', { zones: [...workspaceZones, ...layerZones] }],
    },
  },
  {
    files: ['media-sidecar/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ regex: '^simulator(/|$)', message: 'The sidecar knows no simulator.' }] },
      ],
    },
  },
  {
    files: ['simulator/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '^media-sidecar(/|$)',
              message: 'A mistake that both share could not be seen: write it anew.',
            },
          ],
        },
      ],
    },
  },
);
