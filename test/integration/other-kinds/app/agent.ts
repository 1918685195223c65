import cds from '@sap/cds'

/** A client of another kind that takes no notice of whose call it is. */
export default class Agent extends cds.Service {}
