const EQUIPMENT = {
  kind: 'odata-v2',
  csrf: true,
  csrfInBatch: true,
  credentials: { destination: 'S4', path: '/sap/opu/odata/sap/API_EQUIPMENT' }
}

/** The sample's equipment, required under further names. */
export const REQUIRED = {
  /** The destination demands a user. */
  BY_DESTINATION: EQUIPMENT,
  /** Nothing connects to it when the application starts. */
  CONNECTED_LATE: { ...EQUIPMENT, onBehalfOf: 'namedUser' },
  /** Where background work belongs. */
  SYSTEM_USER: {
    ...EQUIPMENT,
    onBehalfOf: 'systemUser',
    credentials: { ...EQUIPMENT.credentials, destination: 'S4_SYSTEM' }
  },
  /** The same by its destination alone. */
  AS_SYSTEM: { ...EQUIPMENT, credentials: { ...EQUIPMENT.credentials, destination: 'S4_SYSTEM' } }
}
