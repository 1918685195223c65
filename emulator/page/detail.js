import { differences, lastSuccess } from './compare.js'
import { bar, element, facts } from './elements.js'
import { asCurl, asTest } from './snippets.js'

/** True if a call did not go out as the user of the request. */
export function isOther({ principal, user }, request) {
  if (!request) return false
  return principal !== request.principal || (principal === 'named' && user !== request.user)
}

const names = (list) => list?.join(', ')
const time = (seconds) => seconds && new Date(seconds * 1000).toLocaleTimeString()

function tokenFacts(token) {
  if (!token) return element('p', {}, 'none')
  return facts([
    ['issuer', token.issuer],
    ['audience', names(token.audience)],
    ['client', token.client],
    ['tenant', token.tenant],
    ['origin', token.origin],
    ['user', token.user],
    ['scopes', names(token.scopes)],
    ['attributes', names(token.attributes)],
    ['ends', time(token.expiresAt)]
  ])
}

const nameOf = ({ calls }) => (calls.length ? 'Work in the background' : 'Requests to the services')

function incoming({ request, calls, origin }) {
  if (!request && !calls.length) {
    const text = 'The application says nothing about its requests.'
    return element('section', {}, element('h2', {}, 'Incoming'), text)
  }
  if (!request) {
    const by = origin === undefined ? '' : ` Begun by the request ${origin}.`
    return element('section', {}, element('h2', {}, 'Incoming'), `Work in the background.${by}`)
  }
  return element(
    'section',
    {},
    element('h2', {}, 'Incoming'),
    facts([
      ['request', `${request.method} ${request.path}`],
      ['answer', request.status ?? 'none'],
      ['took', `${request.duration} ms`],
      ['context', request.context]
    ]),
    element('h3', {}, 'Token of the request'),
    tokenFacts(request.token)
  )
}

function seen({ request, hops }) {
  const ofPlatform = hops.findLast(({ platformToken }) => platformToken)
  return element(
    'section',
    {},
    element('h2', {}, 'CAP saw'),
    request &&
      facts([
        ['user', request.user ?? 'nobody'],
        ['principal', request.principal],
        ['issuer', request.issuer],
        ['tenant', request.tenant],
        ['service', request.service],
        ['roles', names(request.roles)],
        ['checked in', `${request.authentication} ms`]
      ]),
    element('h3', {}, 'Token for the platform'),
    ofPlatform ? tokenFacts(ofPlatform.platformToken) : element('p', {}, 'none was sent')
  )
}

function callFacts(call, request) {
  return facts([
    ['service', call.service],
    ['destination', call.destination],
    ['as', `${call.principal}${isOther(call, request) ? ", not as the request's user" : ''}`],
    ['current user', call.user],
    ['onBehalfOf', call.onBehalfOf],
    ['authentication', call.authentication],
    ['context', call.context],
    ['outcome', [call.outcome, call.code].filter(Boolean).join(' ')],
    ['took', `${call.duration} ms`]
  ])
}

function outgoing({ request, calls, hops }) {
  const last = hops.findLast(({ station }) => station === 'S/4' || station === 'Connectivity proxy')
  return element(
    'section',
    {},
    element('h2', {}, 'Outgoing'),
    calls.length
      ? calls.map((call) => [callFacts(call, request), element('p')]).flat()
      : 'No call.',
    element('h3', {}, 'Outgoing token'),
    tokenFacts(last?.token),
    element('h3', {}, 'Cloud Connector and S/4'),
    last
      ? facts([
          ['certificate', last.subject ?? 'none of a user'],
          ['SAP user', last.remoteUser ?? (last.station === 'S/4' ? 'not known' : 'not reached')],
          ['answer', last.status || 'none']
        ])
      : element('p', {}, 'not reached')
  )
}

function failure({ code, hop, cause, fix }) {
  return element(
    'section',
    { class: 'failure', 'aria-label': 'Failure' },
    element('h2', { class: 'bad' }, [code, hop].filter(Boolean).join(' · ')),
    element('p', {}, cause ?? ''),
    fix ? element('p', {}, element('strong', {}, 'Fix: '), fix) : undefined
  )
}

function timeline({ request, calls, hops }) {
  const rows = [
    ...(request ? [['request', `${request.method} ${request.path}`, request, request.status]] : []),
    ...hops.map((hop) => [
      hop.station,
      [`${hop.method} ${hop.path}`, hop.grant, hop.joined === 'time' && '≈ joined by time']
        .filter(Boolean)
        .join(' · '),
      hop,
      hop.status
    ])
  ]
  const start = Math.min(...rows.map(([, , { at }]) => at), ...calls.map(({ at }) => at))
  const end = Math.max(...rows.map(([, , { at, duration }]) => at + duration), start + 1)
  const line = ([name, what, { at, duration }, status]) => {
    const isBad = !status || status >= 400
    return element(
      'tr',
      {},
      element('th', { scope: 'row' }, name),
      element('td', {}, what),
      element('td', { class: isBad ? 'bad' : 'good' }, String(status || 'none')),
      element('td', {}, `+${Math.max(Math.round(at - start), 0)} ms`),
      element('td', {}, `${Math.round(duration)} ms`),
      element('td', { class: 'timeline' }, bar(at - start, duration, end - start, isBad))
    )
  }
  const heads = ['Hop', 'Request', 'Status', 'Begin', 'Took', 'Time']
  return element('section', {}, element('h2', {}, 'Hops'), table(heads, rows.map(line)))
}

function table(heads, rows) {
  const cells = heads.map((each) => element('th', { scope: 'col' }, each))
  return element(
    'table',
    {},
    element('thead', {}, element('tr', {}, cells)),
    element('tbody', {}, rows)
  )
}

function comparison(trace, traces) {
  const other = lastSuccess(trace, traces)
  if (!other) return 'No call of the same service has worked yet.'
  const rows = differences(trace, other).map((cells) =>
    element(
      'tr',
      {},
      cells.map((cell) => element('td', {}, cell))
    )
  )
  const heads = ['', 'this one', `one that works (${other.request?.user ?? 'background'})`]
  return table(heads, rows)
}

/** Creates the view of one request, with its buttons. */
export function detail(trace, { traces, server, provider }) {
  const { request, correlationId } = trace
  const result = element('div', { class: 'result', role: 'status' })
  const show = (title, content, isText) => {
    const text = typeof content === 'string' && isText ? element('pre', {}, content) : content
    result.replaceChildren(element('section', {}, element('h2', {}, title), text))
    if (isText) navigator.clipboard?.writeText(content).catch(() => undefined)
  }
  const button = (title, action) => element('button', { type: 'button', onclick: action }, title)
  const code = request?.code ?? trace.calls.find((call) => call.code)?.code
  return [
    element('h2', {}, request ? `${request.method} ${request.path}` : nameOf(trace)),
    element('p', { class: 'subtitle' }, `Correlation id ${correlationId}`),
    request?.code && failure(request),
    element('div', { class: 'columns' }, incoming(trace), seen(trace), outgoing(trace)),
    element(
      'div',
      { class: 'buttons' },
      code &&
        button('Explain', () =>
          show(`docs/errors.md, ${code}: copied`, `npx cds-principal explain ${code}`, true)
        ),
      request &&
        button('Copy as curl', () => show('Copied', asCurl(trace, server, provider), true)),
      request && button('Copy as test', () => show('Copied', asTest(trace, provider), true)),
      button('Compare with one that works', () => show('Differences', comparison(trace, traces)))
    ),
    result,
    timeline(trace)
  ].filter(Boolean)
}
