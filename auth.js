module.exports = require('./dist/inbound/auth').auth
