import type { BindingCertificates } from '../certificates/binding-certificates.js'
import type { Emulator } from '../emulator.js'
import { MountedBindings } from '../project/mounted-bindings.js'

/**
 * Returns the functions by which certificates in bindings are replaced.
 *
 * @param closers - called when the emulator stops
 */
export function certificateControls(
  bindings: BindingCertificates,
  services: Emulator['vcapServices'],
  closers: (() => Promise<void>)[]
): Pick<Emulator, 'rotateCertificates' | 'mountBindings' | 'onCertificatesRotated'> {
  return {
    rotateCertificates: ({ keepFormer = true } = {}) => bindings.rotate(keepFormer),
    onCertificatesRotated: (listener) => bindings.onRotation(listener),
    mountBindings: (folder) => {
      const mounted = new MountedBindings(folder, services)
      bindings.onRotation(() => mounted.update())
      closers.push(() => Promise.resolve(mounted.remove()))
    }
  }
}
