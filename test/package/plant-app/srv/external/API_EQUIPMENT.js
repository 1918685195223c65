// What S/4 does, in the mock: it says who has changed a record.
module.exports = (srv) => {
  srv.before(['CREATE', 'UPDATE'], 'Equipment', (req) => {
    req.data.LastChangedByUser = req.user.id
  })
}
