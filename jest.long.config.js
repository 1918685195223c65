const config = require('./jest.config.js')

/** Tests that run long, or install packages: `npm run test:long`. @type {import('jest').Config} */
module.exports = {
  ...config,
  testMatch: ['<rootDir>/{test,emulator/test}/**/*.long.test.ts'],
  testPathIgnorePatterns: config.testPathIgnorePatterns.filter((each) => !each.includes('long')),
  coverageThreshold: {}
}
