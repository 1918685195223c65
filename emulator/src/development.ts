/**
 * The part of this package that `cds-principal` uses in development. For that package only: it can change with every version.
 */
export { CLOUD_CONNECTOR_CA } from './backend/mock-environment.js'
export { prepareMock } from './mock/prepare-mock.js'
export { attachLandscape } from './process/attach.js'
export { type Landscape, setAttachedLandscape } from './process/attached.js'
export { askLandscape } from './process/control.js'
export {
  type DefaultUsers,
  landscapeOf,
  mergedUsers,
  type ProjectRequires
} from './project/project-options.js'
