import { currentUser, listEquipment, renameEquipment } from './service.js'

/** An element with attributes and children; texts are texts, never HTML. */
function element(name, attributes = {}, ...children) {
  const created = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) created.setAttribute(key, value)
  created.append(...children)
  return created
}

/** A table of equipment, each with a name that can be changed. */
class EquipmentList extends HTMLElement {
  #message = element('p', { role: 'status' })

  async connectedCallback() {
    this.append(this.#message)
    try {
      this.append(this.#table(await listEquipment()))
    } catch (error) {
      this.#say(error.message, 'alert')
    }
  }

  #table(records) {
    const titles = ['Equipment', 'Name', 'Plant', 'Created by', 'Changed by', '']
    const head = element('tr', {}, ...titles.map((title) => element('th', {}, title)))
    const rows = records.map((record) => this.#row(record))
    return element('table', {}, element('thead', {}, head), element('tbody', {}, ...rows))
  }

  #row(record) {
    const { id, name, plant, createdBy, lastChangedBy } = record
    const label = `Name of ${id}`
    const input = element('input', { value: name ?? '', 'aria-label': label, maxlength: '40' })
    const button = element('button', { 'aria-label': `Save ${id}` }, 'Save')
    const cells = [id, input, plant ?? '', createdBy ?? '', lastChangedBy ?? '', button]
    const row = element('tr', { 'data-id': id }, ...cells.map((cell) => element('td', {}, cell)))
    row.children[4].className = 'changed-by'
    button.addEventListener('click', () => this.#save(row, id, input.value))
    return row
  }

  async #save(row, id, name) {
    try {
      const record = await renameEquipment(id, name)
      row.replaceWith(this.#row(record))
      this.#say(`${record.id} was changed by ${record.lastChangedBy}`, 'status')
    } catch (error) {
      this.#say(error.message, 'alert')
    }
  }

  #say(text, role) {
    this.#message.textContent = text
    this.#message.setAttribute('role', role)
  }
}

/** Who is logged on, and the way out. */
class UserMenu extends HTMLElement {
  async connectedCallback() {
    const name = await currentUser()
    if (name) this.append(`${name} `, element('a', { href: '/do/logout' }, 'Log out'))
  }
}

customElements.define('equipment-list', EquipmentList)
customElements.define('user-menu', UserMenu)
