// CommonJS projects wait for the module itself, ES modules for `default` (CAP 10) or `activate()` (CAP 9).
const activated = require('./dist/plugin').activate()
module.exports = activated
module.exports.activate = () => activated
