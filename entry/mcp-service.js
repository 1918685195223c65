const { PrincipalMcpService } = require('../dist/remote/agents/mcp-service')

Object.defineProperty(exports, '__esModule', { value: true })
exports.PrincipalMcpService = PrincipalMcpService
exports.default = PrincipalMcpService
