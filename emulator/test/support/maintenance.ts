import { join } from 'node:path'
import type { EmulatorOptions } from '../../src/index.js'

/** Virtual host of the echoing backend. */
export const VIRTUAL_HOST = 's4.internal:44300'

/** A security descriptor like the sample's. */
export const xsSecurity = {
  xsappname: 'maintenance',
  'tenant-mode': 'shared',
  scopes: ['Viewer', 'Technician', 'Supervisor'].map((name) => ({ name: `$XSAPPNAME.${name}` })),
  attributes: [{ name: 'plant', valueType: 'string' }],
  'role-templates': [
    {
      name: 'Viewer',
      'scope-references': ['$XSAPPNAME.Viewer'],
      'attribute-references': ['plant']
    },
    {
      name: 'Technician',
      'scope-references': ['$XSAPPNAME.Viewer', '$XSAPPNAME.Technician'],
      'attribute-references': ['plant']
    },
    { name: 'Supervisor', 'scope-references': ['$XSAPPNAME.Supervisor'] }
  ],
  'role-collections': [
    { name: 'Maintenance Boss', 'role-template-references': ['$XSAPPNAME.Supervisor'] }
  ],
  authorities: ['$XSAPPNAME.Supervisor']
}

/** Users like the sample's. */
export const users = {
  alice: { roles: ['Technician'], attr: { plant: ['1010'] } },
  bob: { password: 'builder', roles: ['Technician'], attr: { plant: ['1710', '1010'] } },
  carol: { roles: ['Maintenance Boss'], attr: { plant: ['1010'] } },
  eve: {},
  '*': false
}

/** Options without a backend: quick to start. */
export const options = { root: __dirname, users, xsSecurity } satisfies EmulatorOptions

/** Options with the echoing backend behind the proxy. */
export const withBackend = {
  ...options,
  onPremise: {
    [VIRTUAL_HOST]: {
      backend: join('echo-backend.ts'),
      resources: [{ path: '/sap/opu/odata/sap/', subpaths: true }, { path: '/ping' }]
    }
  },
  destinations: {
    S4: {
      URL: `http://${VIRTUAL_HOST}`,
      ProxyType: 'OnPremise',
      Authentication: 'PrincipalPropagation',
      'sap-client': '100'
    }
  }
}
