module.exports = { default: require('./dist/plugin').activate() }
