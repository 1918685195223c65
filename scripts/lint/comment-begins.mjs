/** Words with which a comment leaves out its subject, so that the reader has to solve it. */
const WORDS = [
  ...['What', 'Whatever', 'Whether', 'Who', 'Whoever', 'Whom', 'Whose', 'Which'],
  ...['Where', 'When', 'Why', 'How', 'Of', 'As', 'For', 'From', 'With', 'Without'],
  ...['Nobody', 'Somebody', 'Everybody', 'Anybody']
]

const BEGINNING = new RegExp(`^\\*[\\s*]*(${WORDS.join('|')})\\b`)

/**
 * Rule of ESLint: a doc comment is a full sentence that begins with a verb or with the thing itself.
 *
 * @type {import('eslint').Rule.RuleModule}
 */
export const commentBegins = {
  meta: {
    type: 'suggestion',
    schema: [],
    messages: { word: 'a doc comment begins with a verb or the thing itself, not with "{{word}}"' }
  },
  create: ({ sourceCode, report }) => ({
    Program() {
      for (const comment of sourceCode.getAllComments()) {
        const [, word] = BEGINNING.exec(comment.type === 'Block' ? comment.value : '') ?? []
        if (word) report({ loc: comment.loc, messageId: 'word', data: { word } })
      }
    }
  })
}
