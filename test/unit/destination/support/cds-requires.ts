import cds from '@sap/cds'

/** Lets `cds.env.requires` be this, as far as it is looked at. */
export function cdsRequires(requires: object): void {
  Object.assign(cds.env, { requires })
}
