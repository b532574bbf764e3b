import js from '@eslint/js'
import { readdirSync } from 'node:fs'
import svelte from 'eslint-plugin-svelte'
import ts from 'typescript-eslint'

/** Which of our folders a folder may import from; the arrows point inwards. */
const ALLOWED = {
  domain: [],
  i18n: ['domain'],
  sync: ['domain', 'db'],
  db: ['domain', 'sync'],
  state: ['sync', 'domain', ...['device', 'follow', 'rendicion'].map((door) => `db/${door}`)],
  ui: ['domain', 'i18n'],
  features: ['ui', 'state', 'sync', 'domain', 'i18n'],
}
const FOLDERS = Object.keys(ALLOWED)
const FEATURES = readdirSync(new URL('src/features', import.meta.url))

/** Nothing of ours but what is allowed; the database is known to src/db alone. */
function wall(folder) {
  const doors = ALLOWED[folder].map((to) => `${to}(/|$)`)
  const others = FOLDERS.filter((other) => other !== folder)
  return [
    {
      regex: `^(\\.\\./)+(?!${doors.join('|') || '$'})(${others.join('|')})(/|$)`,
      message: `src/${folder} may import only: ${ALLOWED[folder].join(', ') || 'nothing of ours'}.`,
    },
    ...(ALLOWED[folder].includes('db') || folder === 'db'
      ? []
      : [{ regex: '^dexie$', message: 'The database is known to src/db: ask state/replica.' }]),
  ]
}

const walled = (folder, patterns) => ({
  files: [`${folder}/**/*.{ts,svelte}`],
  rules: { 'no-restricted-imports': ['error', { patterns }] },
})

const arrows = FOLDERS.map((folder) => walled(`src/${folder}`, wall(folder)))

// A feature knows no other feature; what several need is in features/common.
const islands = FEATURES.map((feature) =>
  walled(`src/features/${feature}`, [
    ...wall('features'),
    {
      regex: `^\\.\\./(${FEATURES.filter((f) => f !== feature && f !== 'common').join('|')})/`,
      message: 'Features do not import each other: use features/common.',
    },
    { regex: '^pocketbase$', message: 'Screens talk to the server through src/state.' },
  ]),
)

export default ts.config(
  {
    ignores: ['dist', 'src/i18n/paraglide', 'src/**/*.gen.ts', 'test-results', 'playwright-report', 'project.inlang'],
  },
  js.configs.recommended,
  ...ts.configs.recommendedTypeChecked,
  ...svelte.configs.recommended,
  {
    languageOptions: {
      parserOptions: {
        project: ['./tsconfig.json', './tsconfig.node.json', './e2e/tsconfig.json'],
        extraFileExtensions: ['.svelte'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      // Types already say what is undefined.
      'no-undef': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      eqeqeq: 'error',
      'no-console': ['error', { allow: ['warn', 'error'] }],
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser } },
    // It does not know the types of generic components and snippets; svelte-check does, and is strict.
    rules: {
      '@typescript-eslint/no-redundant-type-constituents': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    files: ['scripts/*.mjs', 'tools/**/*.ts', 'sim/*.mjs', 'sim/**/*.ts', 'e2e/**/*.ts', 'eslint.config.js'],
    // Rows of any collection are printed as they are.
    rules: { 'no-console': 'off', '@typescript-eslint/no-base-to-string': 'off' },
  },
  { files: ['**/*.mjs', '*.js', 'vite.config.ts'], extends: [ts.configs.disableTypeChecked] },
  ...arrows,
  ...islands,
)
