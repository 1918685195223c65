const { PrincipalA2aService } = require('../dist/remote/agents/a2a-service')

Object.defineProperty(exports, '__esModule', { value: true })
exports.PrincipalA2aService = PrincipalA2aService
exports.default = PrincipalA2aService
