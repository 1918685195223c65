import ts from 'typescript'

import { filesIn, read } from './repository.js'

/** Files that may change the types of CAP's objects. */
const ALLOWED = ['src/cap.ts']

/** Globals of CAP that take queries and conditions. */
const FACADES = ['cds', 'SELECT', 'INSERT', 'UPSERT', 'UPDATE', 'DELETE']

/** Returns the leftmost identifier of an expression: `cds` for `(await cds.connect.to(name)) as …`. */
function rootOf(node: ts.Node): string {
  if (ts.isIdentifier(node)) return node.text
  const { expression, left } = node as { expression?: ts.Node; left?: ts.Node }
  const inner = expression ?? left
  return inner ? rootOf(inner) : ''
}

/** Finds casts whose value comes from CAP's facade, and arguments with a cast that are passed to it. */
function castsIn(file: string, text: string): string[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isAsExpression(node) && !ts.isConstTypeReference(node.type)) {
      const { parent } = node
      const isArgument = ts.isCallExpression(parent) || ts.isNewExpression(parent)
      const isPassed = isArgument && FACADES.includes(rootOf(parent.expression))
      const isOuter = !ts.isAsExpression(parent)
      if (isOuter && (rootOf(node.expression) === 'cds' || isPassed))
        found.push(`${file}: ${node.getText()}`)
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

test.each([
  ['cds.env.requires as unknown as object', 1],
  ['(cds.context?.http?.req as object).toString()', 1],
  ['const found = (await cds.connect.to(name)) as object', 1],
  ['(cds.context?.tenant ?? {}) as object', 1],
  ['cds.run(query as never)', 1],
  ['SELECT.one.from(subject as never)', 1],
  ['new cds.EventContext({ tenant } as never)', 1],
  ['cap.env.requires.auth', 0],
  ['const kinds = { cds: value } as const', 0]
])('%s is counted', (text, count) => {
  expect(castsIn('example.ts', text)).toHaveLength(count)
})

test('types of CAP are changed in one file only', () => {
  const files = filesIn('src', /\.ts$/)
  const others = files.filter((file) => !ALLOWED.includes(file))
  expect(files.length).toBeGreaterThan(100)
  expect(others.flatMap((file) => castsIn(file, read(file)))).toEqual([])
})
