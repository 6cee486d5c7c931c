const options = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  roots: ['<rootDir>/src', '<rootDir>/test'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2024',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
};

// The log in KurrentDB, and the stand-in that it is tested on where KURRENTDB_URL names no server: what is told once, before.
const onKurrent = ['/stores/kurrentdb\\.[^/]*\\.spec\\.ts$', '/test/kurrentdb[^/]*/.*\\.(?:spec|e2e)\\.ts$'];

// Tests that need a PostgreSQL: it is started before the first of them, and not where none of them is run.
const onPostgres = ['/postgres\\.[^/]*\\.spec\\.ts$', '/test/postgres/.*\\.(?:spec|e2e)\\.ts$'];

const postgres = {
  globalSetup: '<rootDir>/test/postgres/setup.js',
  globalTeardown: '<rootDir>/test/postgres/teardown.js',
};

// The API's tests once more, with the rows in PostgreSQL: all of them by `npm run test:postgres`; else not those that ask little of
// the rows, or bring files and processes of their own, nor the longest.
const besideRows = [
  'access',
  'bad-input',
  'command-line',
  'copy-log',
  'crash',
  'demo',
  'full-disk',
  'given-keys',
  'graphql-over-http',
  'health',
  'two-processes',
  'unread-log',
];
const notOnPostgres = ['bench', ...(process.env.RAPPORT_TEST_STORES === 'all' ? [] : ['as-of', ...besideRows])];
const apiOnPostgres = [`<rootDir>/test/!(${notOnPostgres.join('|')}).e2e.ts`];

/** @type {import('jest').Config} */
export default {
  projects: [
    {
      ...options,
      displayName: 'rapport',
      testMatch: ['**/*.spec.ts', '**/*.e2e.ts'],
      testPathIgnorePatterns: ['/node_modules/', ...onPostgres, ...onKurrent],
    },
    {
      ...options,
      displayName: 'KurrentDB',
      testRegex: onKurrent,
      globalSetup: '<rootDir>/test/kurrentdb/said.js',
    },
    {
      ...options,
      displayName: 'postgres',
      testRegex: onPostgres,
      ...postgres,
    },
    {
      ...options,
      displayName: 'API on postgres',
      testMatch: apiOnPostgres,
      setupFilesAfterEnv: ['<rootDir>/test/postgres/read-store-url.ts'],
      ...postgres,
    },
  ],
  // Where a machine has much else to do, a test takes many times as long as otherwise.
  testTimeout: 60_000,
  // Modules of every test file stay in the memory of the process that ran it: it is replaced when they are many. In one process
  // alone, they would come to more than it may have.
  // Suites on a server that KURRENTDB_URL names take turns: some count all that it looks at.
  maxWorkers: process.env.KURRENTDB_URL === undefined ? 2 : 1,
  workerIdleMemoryLimit: '1GB',
};
