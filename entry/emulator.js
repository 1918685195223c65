module.exports = require('../dist/development/emulator')
