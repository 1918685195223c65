// An application without CAP: calls a path of a destination as a user, with VCAP_SERVICES alone; prints status and body.
import { request as plainRequest } from 'node:http'
import { request } from 'node:https'
import { text } from 'node:stream/consumers'

const [, , destination, path] = process.argv
const services = JSON.parse(process.env.VCAP_SERVICES)
const of = (service) => services[service][0].credentials

function send(url, { body, ...options } = {}) {
  return new Promise((done, fail) => {
    const start = url.startsWith('https:') ? request : plainRequest
    const req = start(url, options, (res) => {
      text(res).then((content) => done({ status: res.statusCode, content }), fail)
    })
    req.on('error', fail).end(body)
  })
}

async function token(credentials, form) {
  const { clientid, clientsecret, certificate, key, url } = credentials
  const body = new URLSearchParams({ client_id: clientid, ...form })
  if (clientsecret) body.set('client_secret', clientsecret)
  const { content } = await send(`${url}/oauth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    ...(certificate && { cert: certificate, key }),
    body: body.toString()
  })
  return JSON.parse(content).access_token
}

const user = await token(of('xsuaa'), { grant_type: 'password', username: 'alice', password: '' })
const service = { grant_type: 'client_credentials' }
const lookUp = await token(of('destination'), service)
const found = await send(
  `${of('destination').uri}/destination-configuration/v1/destinations/${destination}`,
  {
    headers: { authorization: `Bearer ${lookUp}` }
  }
)
const { destinationConfiguration } = JSON.parse(found.content)
const { onpremise_proxy_host, onpremise_proxy_http_port } = of('connectivity')
const target = new URL(path, destinationConfiguration.URL)
const { status, content } = await send(
  `http://${onpremise_proxy_host}:${onpremise_proxy_http_port}`,
  {
    path: target.href,
    headers: {
      host: target.host,
      accept: 'application/json',
      'proxy-authorization': `Bearer ${await token(of('connectivity'), service)}`,
      'sap-connectivity-authentication': `Bearer ${user}`
    }
  }
)
console.log(status, content)
