import { applicationRoutes } from '../../../src/inbound/application-routes.js'

test.each([
  [undefined, []],
  ['', []],
  ['{}', []],
  ['{"application_uris":["a.example/path"]}', ['a.example/path']]
])('the routes of an application whose VCAP_APPLICATION is %j', (application, routes) => {
  const { VCAP_APPLICATION } = process.env
  if (application === undefined) delete process.env['VCAP_APPLICATION']
  else process.env['VCAP_APPLICATION'] = application
  try {
    expect(applicationRoutes()).toEqual(routes)
  } finally {
    if (VCAP_APPLICATION === undefined) delete process.env['VCAP_APPLICATION']
    else process.env['VCAP_APPLICATION'] = VCAP_APPLICATION
  }
})
