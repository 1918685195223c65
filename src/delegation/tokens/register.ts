import { addTokenWay } from '../ways.js'
import { iasWay } from './ias.js'
import { samlWay } from './saml.js'
import { userTokenWay } from './user-token.js'

let isDone = false

/** Makes the ways to a token of an author known, in the order of preference. @internal */
export function registerTokenWays(): void {
  if (!isDone) addTokenWay(iasWay, samlWay, userTokenWay)
  isDone = true
}
