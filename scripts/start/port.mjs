import net from 'node:net'

/** Why the API cannot listen on this port, with the way out; nothing if it can. `0` is any free port. */
export async function portProblem(text, variable = 'PORT') {
  const port = Number(text)
  const command = variable === 'PORT' ? 'start' : 'run start:external'
  if (!/^\d+$/.test(text) || port > 65535)
    return `${variable}=${text} is not a port: use a number from 0 (any free port) to 65535`
  const code = port === 0 ? undefined : await listenError(port)
  if (code === 'EADDRINUSE')
    return `port ${port} is taken by another process: end it, or choose another port, for example\n\n    ${variable}=${port === 65535 ? 4005 : port + 1} npm ${command}`
  return code && `cannot listen on port ${port} (${code}): choose another one with ${variable}=…`
}

function listenError(port) {
  return new Promise((resolve) => {
    const server = net.createServer()
    server.once('error', (error) => resolve(error.code))
    server.listen(port, () => server.close(() => resolve(undefined)))
  })
}
