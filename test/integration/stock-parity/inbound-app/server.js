const cds = require('@sap/cds')

/** Ways in which applications change the user of a request, by a header of the test. */
const CHANGES = {
  roles: (user) => (user.roles.Late = 1),
  'list of roles': (user) => (user.roles = ['Late']),
  is: (user) => {
    const was = user.is
    user.is = (role) => role === 'Late' || was.call(user, role)
  },
  has: (user) => (user.has = (role) => role === 'Late'),
  'new user': (user) => (cds.context.user = new cds.User({ ...user, roles: { Late: 1 } })),
  proxy: (user) =>
    (cds.context.user = new Proxy(user, {
      get: (target, name, own) =>
        name === 'is' || name === 'has' ? (role) => role === 'Late' : Reflect.get(target, name, own)
    })),
  inherits: (user) =>
    (cds.context.user = Object.assign(Object.create(user), { roles: { Late: 1 } })),
  id: (user) => (user.id = `idp:${user.id}`),
  'no roles': (user) => (user.roles = {}),
  'nobody is anything': (user) => (user.is = () => false),
  anonymous: () => (cds.context.user = cds.User.anonymous),
  privileged: () => (cds.context.user = cds.User.privileged)
}

function changeUser(req, res, next) {
  const change = req.headers['x-change']
  if (change === 'refuse') return next(Object.assign(new Error('not today'), { status: 403 }))
  CHANGES[change]?.(cds.context.user)
  next()
}

const user = (req, res) => res.json({ id: cds.context?.user?.id, tenant: cds.context?.tenant })

cds.on('bootstrap', (app) => {
  cds.middlewares.add(changeUser)
  app.get('/routes/plain', (req, res) => res.json({ plain: true }))
  app.get('/routes/before', cds.middlewares.before, user)
  app.get('/routes/context-and-auth', cds.middlewares.context(), cds.middlewares.auth(), user)
  app.get('/routes/auth', cds.middlewares.auth(), user)
  app.use('/routes/refused', cds.middlewares.before, (req, res) => res.sendStatus(403))
})
cds.on('served', () => {
  cds.app.get('/routes/late', cds.middlewares.before, user)
})
