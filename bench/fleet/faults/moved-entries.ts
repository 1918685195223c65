import type { Findings } from '../checks/findings.js'
import type { Instances } from '../servers/instances.js'
import type { Load } from '../load/load.js'
import type { Proxy } from '../servers/proxy.js'
import { swap } from './poison.js'

/** Line of the log of an instance that has found an entry that is not for its place. */
const IGNORED = 'an entry of the shared cache was ignored'

interface Parts {
  readonly instances: Instances
  readonly proxy: Proxy
  readonly redis: { readonly server: { readonly uri: string } }
}

/**
 * Lets an instance that knows nothing yet read a cache in which all entries have changed places, while nothing else is wrong. All its calls must
 * succeed, as their authors, in their tenants.
 *
 * @returns what was done
 */
export async function readMovedEntries(
  { instances, proxy, redis }: Parts,
  load: Load,
  findings: Findings
): Promise<string> {
  await load.sendEach(proxy.url)
  let done = ''
  await instances.crash(0, async () => (done = await swap(redis.server.uri)))
  await load.sendEach(`http://127.0.0.1:${String(instances.ports[0])}`)
  if (!(await instances.printedSinceStart(0)).includes(IGNORED))
    findings.add('an instance has read moved entries of Redis and has not noticed that')
  return `${done}, and an instance has started with them`
}
