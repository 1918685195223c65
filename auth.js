module.exports = require('./dist/auth').auth
