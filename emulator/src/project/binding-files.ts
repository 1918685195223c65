import type { ServiceBinding, VcapServices } from '../types.js'

/** A file of a binding: its path, with `/`, and its content. */
export interface BindingFile {
  readonly path: string
  readonly content: string
}

/** Properties of a binding beside its credentials, with their names in the files. */
const PROPERTIES = ['label', 'plan', 'tags', 'instance_guid', 'instance_name'] as const

/**
 * Returns the service bindings as files: a folder for each, with a file for each property and credential, and `.metadata`
 * which says what is JSON, as the service operator of SAP BTP makes them.
 *
 * @param folder - `SERVICE_BINDING_ROOT`, before the names; none with an empty text
 * @see Service Binding Specification for Kubernetes, "Workload Projection"; `@sap/xsenv`, `serviceBindingService.js`
 */
export function bindingFiles(folder: string, services: VcapServices): BindingFile[] {
  const bindings = Object.values(services).flat() as ServiceBinding[]
  return bindings.flatMap((binding) => {
    const name = binding.name.replaceAll(/[^\w.-]+/g, '-')
    return filesOf(folder ? `${folder}/${name}` : name, binding)
  })
}

function filesOf(folder: string, binding: ServiceBinding): BindingFile[] {
  const properties = {
    type: binding.label,
    ...Object.fromEntries(PROPERTIES.map((name) => [name, binding[name]]))
  }
  const metadata = {
    metaDataProperties: Object.entries(properties).map(describe),
    credentialProperties: Object.entries(binding.credentials).map(describe)
  }
  const contents = { ...binding.credentials, ...properties, '.metadata': metadata }
  return Object.entries(contents).map(([name, value]) => ({
    path: `${folder}/${name}`,
    content: typeof value === 'string' ? value : JSON.stringify(value)
  }))
}

const describe = ([name, value]: [string, unknown]) => ({
  name,
  format: typeof value === 'string' ? 'text' : 'json'
})
