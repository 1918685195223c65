// Makes a clone ready to run: installs what package-lock.json says, then compiles src/ to dist/.
// Does nothing, within milliseconds, when both are up to date. Plain Node 20: it runs before Node 24 is there.
import { pathToFileURL } from 'node:url'
import { build, isBuilt } from './setup/build.mjs'
import { install, isInstalled } from './setup/install.mjs'
import { withLock } from './setup/lock.mjs'

/** Installs and builds what is missing; two at the same time wait for each other. */
export async function setup() {
  if (isInstalled() && isBuilt()) return
  await withLock(() => {
    if (!isInstalled()) install()
    if (!isBuilt()) build()
  })
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    await setup()
  } catch (error) {
    console.error(`\n${error.message}`)
    process.exitCode = 1
  }
}
