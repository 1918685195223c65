import { renderMarkdown } from '../../../src/explain/codes/markdown.js'
import { findCode } from '../../../src/explain/codes/sections.js'
import { ERROR_CODES } from '../../../src/errors.js'

const text = (markdown: string) => renderMarkdown(markdown).text

describe('a section of the documentation in a terminal', () => {
  test('has no marks and no links, and names the pages that it leads to', () => {
    const { text, pages } = renderMarkdown(
      'Set **`onBehalfOf`** as [background.md](background.md#who) says, or [ERR_X](#err_x), _never_ both.'
    )
    expect(text).toBe('Set onBehalfOf as background.md says, or ERR_X, never both.')
    expect(pages).toEqual(['docs/background.md'])
  })

  test('keeps what stands in code as it is', () => {
    expect(text('the prefix `icm/trusted_reverse_proxy_<x>` of `**`')).toBe(
      'the prefix icm/trusted_reverse_proxy_<x> of **'
    )
  })

  test.each([
    ['in the text', 'It is wrong. **Fix:** do it.'],
    ['in a line of its own', 'It is wrong.\n**Fix:** do it.'],
    ['in a paragraph', '**Cause:** It is wrong.\n**Fix:** do it.']
  ])('begins a line where a fix begins: %s', (_, markdown) => {
    expect(text(markdown).split('\n').at(-1)).toBe('Fix: do it.')
  })

  test('joins the lines of the source, and breaks them anew', () => {
    const lines = text(`${'word '.repeat(30)}\n     ${'word '.repeat(30)}`).split('\n')
    expect(lines.length).toBe(3)
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(100)
  })

  test('shows tables as lists, with the names of columns', () => {
    expect(text('| who | what |\n| --- | --- |\n| a **user** | `x` |')).toBe('- a user\n  what: x')
  })

  test('indents code', () => {
    expect(text('```json\n{ "a": "**" }\n```')).toBe('    { "a": "**" }')
  })

  test.each(Object.keys(ERROR_CODES))('%s: nothing of Markdown is left', (code) => {
    const found = findCode(code)
    if (found.code === undefined) throw new Error('no section')
    const { text } = renderMarkdown(found.section)
    expect(text.length).toBeGreaterThan(10)
    expect(text).not.toMatch(/\]\(|\*\*|```|^\|/m)
  })
})

describe('a code as people write it', () => {
  test.each(['ERR_TOKEN_EXPIRED', 'ERR-token-expired', 'token_expired', 'Token Expired'])(
    '%s',
    (subject) => {
      expect(findCode(subject).code).toBe('ERR_TOKEN_EXPIRED')
    }
  )

  test.each([
    ['ERR_TOKEN_EXPRED', 'ERR_TOKEN_EXPIRED'],
    ['TOKEN_AUDIENC', 'ERR_TOKEN_AUDIENCE'],
    ['timeout', 'ERR_REMOTE_TIMEOUT']
  ])('%s: did you mean %s?', (subject, similar) => {
    expect(findCode(subject)).toEqual({ similar })
  })

  test('codes of the emulator are known by their row', () => {
    expect(findCode('ERR_EMULATOR_JOB')).toMatchObject({
      section: expect.stringMatching(/^a job was started/)
    })
  })

  test('what is near to none is unknown', () => {
    expect(findCode('whatever-this-is')).toEqual({ similar: undefined })
  })
})
