// must be loaded first: the library reads the metadata of its decorators
import 'reflect-metadata'
import * as x509 from '@peculiar/x509'

/** `@peculiar/x509`, which only the emulator loads. */
export { x509 }
