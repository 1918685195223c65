import cds from '@sap/cds'

/** True on CAP 9, some of whose answers and defaults are others: docs/compatibility.md has them. */
export const isCap9 = cds.version.startsWith('9.')
