const { mockAuth } = require('../dist/development/mock-auth')

Object.defineProperty(exports, '__esModule', { value: true })
exports.mockAuth = mockAuth
exports.default = mockAuth
