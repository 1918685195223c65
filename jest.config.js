// delegations need CAP 10: on CAP 9, what is tested is that the start says so
const isCap9 = require('@sap/cds/package.json').version.startsWith('9.')
const DELEGATIONS = '/(unit|integration)/delegation/(?!cap-9\\.test)'

/** @type {import('jest').Config} */
module.exports = {
  rootDir: __dirname,
  testEnvironment: 'node',
  globalSetup: '<rootDir>/test/support/isolation.mjs',
  globalTeardown: '<rootDir>/test/support/isolation-end.mjs',
  testMatch: [
    '<rootDir>/test/{unit,integration,package}/**/*.test.ts',
    '<rootDir>/emulator/test/**/*.test.ts'
  ],
  testPathIgnorePatterns: [
    '/node_modules/',
    '\\.long\\.test\\.ts$',
    ...(isCap9 ? [DELEGATIONS] : [])
  ],
  modulePathIgnorePatterns: ['<rootDir>/temp/'], // copies of the packages, while mutation tests run
  transform: {
    '^.+\\.[cm]?ts$': [
      '@swc/jest',
      {
        swcrc: false,
        jsc: { parser: { syntax: 'typescript' }, target: 'es2023' },
        module: { type: 'commonjs' },
        sourceMaps: 'inline'
      }
    ]
  },
  // Sources import each other as the compiled files will: './errors.js' is errors.ts here.
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': ['$1.js', '$1.ts'] },
  // Of tests and hooks; ten times what the slowest take, for a machine that has other things to do.
  testTimeout: 90_000,
  // Tests wait for processes that they start: with one more than there are cores, no core waits.
  maxWorkers: 3,
  collectCoverageFrom: ['src/**/*.ts', 'emulator/src/**/*.ts', '!**/cli/main.ts'],
  coverageDirectory: 'coverage',
  coverageProvider: 'v8',
  coverageReporters: ['text-summary', 'lcov'],
  // Of the unit tests alone: what starts processes, or runs in one of CAP's commands, has its tests in test/integration.
  coverageThreshold: {
    global: { branches: 88, functions: 85, lines: 75, statements: 75 },
    ...Object.fromEntries(
      ['token', 'user', 'destination', 'remote', 'restrictions', 'lib'].map((room) => [
        `./src/${room}/`,
        { branches: 90, functions: 93, lines: 95, statements: 95 }
      ])
    )
  }
}
