// Compiles src/ to dist/, also when nothing changed.
import { build } from './setup/build.mjs'

build()
