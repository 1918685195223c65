// Entry points load dist/<name>.js in a clone, which the packed package does not have: there it is dist/<name>/index.js, of the bundle.
module.exports = require('../dist/index')
