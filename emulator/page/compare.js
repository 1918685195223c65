/** Returns the facts of a trace that are worth a comparison, as texts by name. */
function factsOf({ request = {}, calls, hops }) {
  const { token = {} } = request
  const call = calls[0] ?? {}
  const names = (list) => (list ?? []).toSorted().join(', ')
  const remote = hops.findLast(({ station }) => station === 'S/4')
  return {
    method: request.method,
    path: request.path,
    status: request.status,
    code: request.code,
    user: request.user,
    principal: request.principal,
    tenant: request.tenant,
    issuer: token.issuer,
    audience: names(token.audience),
    client: token.client,
    origin: token.origin,
    scopes: names(token.scopes),
    'attributes in the token': names(token.attributes),
    roles: names(request.roles),
    'called service': call.service,
    destination: call.destination,
    authentication: call.authentication,
    'called as': call.principal,
    outcome: call.outcome,
    'certificate at S/4': remote?.subject,
    'SAP user': remote?.remoteUser
  }
}

/** Returns the last success of the same service, if there is one. */
export function lastSuccess(trace, traces) {
  const service = trace.request?.service ?? trace.calls[0]?.service
  return traces.findLast(
    (each) =>
      !each.failed &&
      each.id !== trace.id &&
      (each.request?.service ?? each.calls[0]?.service) === service
  )
}

/** Returns the facts that are different: name, here, there. */
export function differences(trace, other) {
  const [here, there] = [factsOf(trace), factsOf(other)]
  return Object.keys(here)
    .map((name) => [name, text(here[name]), text(there[name])])
    .filter(([, a, b]) => a !== b)
}

const text = (value) =>
  value === undefined || value === null || value === '' ? '–' : String(value)
