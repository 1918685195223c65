import { isCap9 } from '../../support/cap-version.js'
import { DelegationSample } from './delegation-sample.js'

const onCap9 = isCap9 ? test : test.skip

onCap9.each([{}, { cds_requires_queue: 'false' }])(
  'CAP 9, %j: the start fails, and says what is missing',
  async (env) => {
    const started = DelegationSample.start({ env })
    await expect(started.then((sample) => sample.stop())).rejects.toThrow(
      /ERR_CONFIGURATION · configuration · cds\.requires\.\w+\.delegation needs @sap\/cds 10/
    )
  }
)
