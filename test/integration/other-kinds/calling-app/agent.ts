import cds from '@sap/cds'
import { callsOnBehalf } from 'cds-principal'

/** The client of an agent as the documentation has it: one with a kind and a protocol of its own. */
export default class Agent extends cds.Service {
  override async init() {
    const currentCall = callsOnBehalf(this)
    this.on('ask', async ({ data }) => {
      const { url, headers } = await currentCall()
      const body = String(data.text)
      const answer = await fetch(url, { method: 'POST', headers, body, redirect: 'error' })
      return answer.json()
    })
    return super.init()
  }
}
