// Lets a process run without some packages, which are named in HIDDEN_PACKAGES.
const process = require('node:process')
const Module = require('node:module')

const hidden = (process.env.HIDDEN_PACKAGES ?? '').split(',')
const resolve = Module._resolveFilename

Module._resolveFilename = function (name, ...rest) {
  if (!hidden.some((each) => name === each || name.startsWith(`${each}/`))) {
    return resolve.call(this, name, ...rest)
  }
  throw Object.assign(new Error(`Cannot find module '${name}'`), { code: 'MODULE_NOT_FOUND' })
}
