import { detail, isOther } from './detail.js'
import { element } from './elements.js'

const byId = (id) => document.getElementById(id)
const [list, filters, state] = [byId('traces'), byId('filters'), byId('state')]

const traces = new Map()
let server = 'http://localhost:4004'
let provider
let chosen

function codesOf({ request, calls }) {
  return [request?.code, ...calls.map(({ code }) => code)].filter(Boolean)
}

function usersOf({ request, calls }) {
  return [request?.user, ...calls.map(({ user }) => user)].filter(Boolean)
}

function servicesOf({ request, calls }) {
  return [request?.service, ...calls.map(({ service }) => service)].filter(Boolean)
}

function isWanted(trace) {
  const { code, user, service, other } = filters.elements
  const has = (texts, { value }) =>
    !value || texts.some((text) => text.toLowerCase().includes(value.trim().toLowerCase()))
  const isOne = !other.checked || trace.calls.some((call) => isOther(call, trace.request))
  return (
    isOne &&
    has(codesOf(trace), code) &&
    has(usersOf(trace), user) &&
    has(servicesOf(trace), service)
  )
}

const sorted = () => [...traces.values()].toSorted((a, b) => a.id - b.id)

function item(trace) {
  const { request, calls, hops, failed, id } = trace
  const at = new Date(request?.at ?? calls[0]?.at ?? hops[0]?.at ?? 0)
  const title = request
    ? `${request.method} ${request.path}`
    : calls.length
      ? 'in the background'
      : 'requests to the services'
  const who = request ? (request.user ?? request.principal) : (calls[0]?.user ?? '')
  const result = request?.status ?? calls[0]?.outcome ?? hops.at(-1)?.status ?? 'none'
  const words = [at.toLocaleTimeString(), who, codesOf(trace)[0]].filter(Boolean).join(' · ')
  const button = element(
    'button',
    { type: 'button', 'data-id': id, 'aria-current': id === chosen, onclick: () => choose(id) },
    element('span', {}, title),
    element('b', { class: failed ? 'bad' : 'good' }, String(result)),
    element('small', {}, words)
  )
  return element('li', {}, button)
}

function renderList() {
  const focused = document.activeElement?.dataset?.id
  const wanted = sorted().filter(isWanted).reverse()
  list.replaceChildren(...wanted.map(item))
  byId('none').hidden = traces.size > 0
  if (focused) buttonOf(focused)?.focus()
  options('codes', sorted().flatMap(codesOf))
  options('users', sorted().flatMap(usersOf))
  options('services', sorted().flatMap(servicesOf))
}

function options(id, values) {
  const known = [...new Set(values)].toSorted()
  byId(id).replaceChildren(...known.map((value) => element('option', { value })))
}

const buttonOf = (id) => list.querySelector(`button[data-id="${Number(id)}"]`)

function choose(id) {
  const before = chosen === undefined ? undefined : buttonOf(chosen)
  before?.setAttribute('aria-current', 'false')
  chosen = id
  buttonOf(id)?.setAttribute('aria-current', 'true')
  renderDetail()
}

function renderDetail() {
  const trace = traces.get(chosen)
  const known = { traces: sorted(), server, provider }
  byId('detail').replaceChildren(...(trace ? detail(trace, known) : []))
}

function take({ traces: changed, ids, server: url, provider: tenant }) {
  if (url) server = url
  provider = tenant
  for (const trace of changed) traces.set(trace.id, trace)
  const kept = new Set(ids)
  for (const id of traces.keys()) if (!kept.has(id)) traces.delete(id)
  renderList()
  if (chosen === undefined && changed.length) choose(sorted().at(-1).id)
  else if (changed.some(({ id }) => id === chosen)) renderDetail()
}

document.addEventListener('keydown', (event) => {
  const { key, target } = event
  const isInput = target instanceof HTMLInputElement
  if (key === '/' && !isInput) {
    event.preventDefault()
    filters.elements.code.focus()
  } else if (key === 'Escape') {
    filters.reset()
    renderList()
  } else if ((key === 'ArrowDown' || key === 'ArrowUp') && !isInput) {
    const buttons = [...list.querySelectorAll('button')]
    const index = buttons.findIndex((each) => Number(each.dataset.id) === chosen)
    const next = buttons[Math.max(0, index + (key === 'ArrowDown' ? 1 : -1))]
    if (!next) return
    event.preventDefault()
    next.focus()
    choose(Number(next.dataset.id))
  }
})
filters.addEventListener('input', renderList)
filters.addEventListener('submit', (event) => event.preventDefault())

const events = new EventSource('events')
events.addEventListener('message', ({ data }) => take(JSON.parse(data)))
events.addEventListener('open', () => (state.textContent = 'Live.'))
events.addEventListener('error', () => (state.textContent = 'The landscape does not run.'))
