import { readFileSync } from 'node:fs';

const swcrc = JSON.parse(readFileSync(new URL('./.swcrc', import.meta.url), 'utf8'));
swcrc.jsc.rewriteRelativeImportExtensions = false; // Jest loads the .ts files themselves
delete swcrc.exclude;

/** Sources are run as they are: the `source` condition of package.json "imports" leads past dist/. */
export default {
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'node-addons'] },
  roots: ['<rootDir>/apps', '<rootDir>/libs', '<rootDir>/test', '<rootDir>/tools'],
  // Some start several commands as processes of their own, each of which loads the whole application.
  testTimeout: 240_000,
  // Most of the time they wait for processes and databases, so a second worker is worth it on two cores as well.
  maxWorkers: 2,
  // Modules of ended suites are not given back; a worker that has grown large spends its time collecting garbage.
  workerIdleMemoryLimit: '1GB',
  testRegex: '\\.(spec|e2e-spec)\\.ts$',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': ['@swc/jest', { ...swcrc, swcrc: false }] },
  globalSetup: '<rootDir>/test/global-setup.mjs',
  globalTeardown: '<rootDir>/test/global-teardown.mjs',
};
