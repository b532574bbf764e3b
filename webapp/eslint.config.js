import js from '@eslint/js'
import svelte from 'eslint-plugin-svelte'
import ts from 'typescript-eslint'

/** Which of our folders a folder may import from; the arrows point inwards. */
const ALLOWED = {
  domain: [],
  i18n: ['domain'],
  sync: ['domain', 'db'],
  db: ['domain', 'sync'],
  state: ['sync', 'db', 'domain'],
  ui: ['domain', 'i18n'],
  features: ['ui', 'state', 'sync', 'db', 'domain', 'i18n'],
}
const FOLDERS = Object.keys(ALLOWED)
const FEATURES = [
  'access',
  'account',
  'activity',
  'board',
  'common',
  'conflicts',
  'executor',
  'hoy',
  'imports',
  'signin',
  'standing',
  'sync',
  'unit',
  'visit',
  'office',
  'parked',
  'people',
  'record',
  'rendicion',
  'review',
]

function forbid(folders, message) {
  return {
    'no-restricted-imports': ['error', { patterns: [{ regex: `^(\\.\\./)+(${folders.join('|')})(/|$)`, message }] }],
  }
}

const arrows = FOLDERS.map((folder) => ({
  files: [`src/${folder}/**/*.{ts,svelte}`],
  rules: forbid(
    FOLDERS.filter((other) => other !== folder && !ALLOWED[folder].includes(other)),
    `src/${folder} may import only: ${ALLOWED[folder].join(', ') || 'nothing of ours'}.`,
  ),
}))

// A feature knows no other feature; what several need is in features/common.
const islands = FEATURES.map((feature) => ({
  files: [`src/features/${feature}/**/*.{ts,svelte}`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            regex: `^\\.\\./(${FEATURES.filter((f) => f !== feature && f !== 'common').join('|')})/`,
            message: 'Features do not import each other: use features/common.',
          },
          { regex: '^pocketbase$', message: 'Screens talk to the server through src/state.' },
        ],
      },
    ],
  },
}))

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
