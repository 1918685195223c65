/** Prints what each entry point of the package exports, in the project where it runs. Plain JavaScript: it is evaluated there. */
export const PRINT_SURFACE = `
  const { exports: entries } = require('cds-principal/package.json')
  const membersOf = (object) => Object.getOwnPropertyNames(object).sort()
  const kindOf = (value) =>
    typeof value !== 'function' ? typeof value :
    /^class/.test(String(value)) ? { class: value.name, statics: membersOf(value), members: membersOf(value.prototype) } :
    { function: value.name, parameters: value.length }
  const surfaceOf = (exported) =>
    typeof exported === 'function' ? kindOf(exported) :
    Object.fromEntries(membersOf(exported).map((name) => [name, kindOf(exported[name])]))
  const isCode = (name) => entries[name].default?.endsWith('.js')
  const index = require('cds-principal')
  console.log(JSON.stringify({
    surface: Object.fromEntries(
      Object.keys(entries).filter(isCode).map((name) => [name, surfaceOf(require('cds-principal' + name.slice(1)))])
    ),
    codes: index.ERROR_CODES,
    isOneAuth: index.auth === require('cds-principal/auth'),
    isOneError: new index.TokenError('ERR_TOKEN_EXPIRED', 'x') instanceof index.PrincipalError
  }))`

/** Prints the files of this package that a server in production has loaded, and the time in milliseconds that it took. */
export const PRINT_LOADED = `
  require('@sap/cds')
  const start = performance.now()
  const activated = require('cds-principal/cds-plugin')
  require('cds-principal/auth')
  require('cds-principal/remote-service')
  const time = performance.now() - start
  const loaded = Object.keys(require.cache).map((file) => file.replaceAll('\\\\', '/'))
  void activated.then(() => console.log(JSON.stringify({ time, loaded })))`
