// ESLint rule: from outside a room (a folder), only its doors are imported; its other files are private to it.
import fs from 'node:fs'
import path from 'node:path'

/**
 * @param {Readonly<Record<string, readonly string[]>>} rooms - by folder, from the root of the repository: its doors, without
 *   `.ts`. A room may have rooms inside; an import from outside both needs a door of each.
 * @param {string} root - of the repository
 */
export function doorsOf(rooms, root) {
  for (const [room, doors] of Object.entries(rooms)) {
    const missing = doors.find((door) => !fs.existsSync(path.join(root, room, `${door}.ts`)))
    if (missing) throw new Error(`eslint.config.mjs: ${room} has no door ${missing}.ts`)
  }
  return rule(rooms, root)
}

const rule = (rooms, root) => ({
  meta: {
    type: 'problem',
    messages: { private: '{{file}} is private to {{room}}: import {{doors}}' },
    schema: []
  },
  create(context) {
    const from = path.relative(root, context.filename).split(path.sep).join('/')
    const check = ({ source }) => {
      if (typeof source?.value !== 'string' || !source.value.startsWith('.')) return
      const to = path.posix.join(path.posix.dirname(from), source.value).replace(/\.[jt]s$/, '')
      for (const [room, doors] of Object.entries(rooms)) {
        if (!to.startsWith(`${room}/`) || from.startsWith(`${room}/`)) continue
        const file = to.slice(room.length + 1)
        if (doors.includes(file)) continue
        context.report({
          node: source,
          messageId: 'private',
          data: { file, room, doors: doors.join(' or ') }
        })
      }
    }
    return {
      ImportDeclaration: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
      TSImportType: ({ argument, source }) => check({ source: source ?? argument?.literal })
    }
  }
})
