module.exports = (srv) => srv.on('hello', (req) => `hello ${req.user.id}`)
