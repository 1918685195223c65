// Prints what CAP made of the plugin in this project.
const cds = require('@sap/cds')

const print = async () => {
  const loaded = await cds.plugins
  const { auth, API_FUNCTIONALLOCATION: remote } = cds.env.requires
  const modules = Object.keys(require.cache)
  console.log(JSON.stringify({ plugins: Object.keys(loaded), auth, remote, modules }))
}
void print()
