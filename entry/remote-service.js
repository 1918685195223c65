const { PrincipalRemoteService } = require('../dist/remote/service')

Object.defineProperty(exports, '__esModule', { value: true })
exports.PrincipalRemoteService = PrincipalRemoteService
exports.default = PrincipalRemoteService
