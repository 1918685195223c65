const SVG = 'http://www.w3.org/2000/svg'

/** Creates an element. Texts become text nodes, so that nothing that was recorded is read as HTML. */
export function element(name, properties = {}, ...children) {
  const node = document.createElement(name)
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === false) continue
    if (key.startsWith('on')) node.addEventListener(key.slice(2), value)
    else node.setAttribute(key, value === true ? '' : String(value))
  }
  node.append(...children.flat().filter((child) => child !== undefined && child !== false))
  return node
}

/** Creates a list of facts, without those that are not known. */
export function facts(entries) {
  const known = entries.filter(([, value]) => value !== undefined && value !== '')
  return element(
    'dl',
    {},
    known.flatMap(([name, value]) => [element('dt', {}, name), element('dd', {}, String(value))])
  )
}

/** Creates a bar that shows when something happened, and for how long. */
export function bar(start, duration, total, isBad) {
  const svg = document.createElementNS(SVG, 'svg')
  svg.setAttribute('viewBox', '0 0 100 10')
  svg.setAttribute('preserveAspectRatio', 'none')
  svg.setAttribute('aria-hidden', 'true')
  const rect = document.createElementNS(SVG, 'rect')
  const x = Math.min((start / total) * 100, 99)
  const width = Math.max(Math.min((duration / total) * 100, 100 - x), 1)
  const shape = { x, y: 1, width, height: 8, rx: 1 }
  for (const [key, value] of Object.entries(shape)) rect.setAttribute(key, String(value))
  if (isBad) rect.setAttribute('class', 'bad')
  svg.append(rect)
  return svg
}
