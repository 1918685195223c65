import { text } from 'node:stream/consumers'

import { askRunningLandscape } from '../../development/running.js'

/** Enter, and the end of the input. */
const ENDS = ['\r', '\n', '\u0004']

/** Start of a token, and what can stand around one. */
const IS_COMPLETE = /^[^{]|\}\s*$/

/**
 * Returns what comes on the standard input: from a pipe, or from a person at the terminal, who does not see it.
 *
 * @throws Error when there is nothing
 * @internal
 */
export async function readToken(): Promise<string> {
  const { stdin } = process
  const pasted = stdin.isTTY ? await hiddenInput() : await text(stdin)
  if (pasted.trim()) return pasted
  throw new Error(
    'there is no token on the standard input: pipe one ("… | npx cds-principal …"), or use --as <user>'
  )
}

/** Returns the refusal of a token as an argument of a command. @internal */
export function tokenAsArgument(command: string): Error {
  return new Error(
    `a token as argument stays in the history of the shell: pipe it ("… | npx cds-principal ${command}")`
  )
}

/** Reads until Enter, without showing anything. A terminal in its usual mode would cut a long token off. */
function hiddenInput(): Promise<string> {
  const { stdin, stderr } = process
  stderr.write('Paste the token, and press Enter (it is not shown): ')
  return new Promise((done, fail) => {
    let typed = ''
    const end = (settle: () => void) => {
      stdin.off('data', read).setRawMode(false).pause()
      stderr.write('\n')
      settle()
    }
    const read = (chunk: string) => {
      if (chunk.includes('\u0003')) {
        end(() => {
          fail(new Error('nothing was read'))
        })
        return
      }
      typed += chunk
      const isEnd = ENDS.some((each) => chunk.endsWith(each)) && IS_COMPLETE.test(typed.trim())
      if (isEnd) {
        end(() => {
          done(typed.replaceAll('\u0004', ''))
        })
      }
    }
    stdin.setRawMode(true).setEncoding('utf8').on('data', read).resume()
  })
}

/**
 * Gets a token of a user from the landscape that runs for the project, as `cds-principal token` does.
 *
 * @throws Error with the next step
 * @internal
 */
export async function tokenOf(user: string, project: string): Promise<string> {
  const answer = await askRunningLandscape<{ token?: string }>('POST', '/token', {
    grant: 'password',
    user
  })
  const { token, message } = answer?.body ?? {}
  if (token) return token
  const none = `no emulator is running for ${project}: start it with "cds watch" there, or pipe a token`
  throw new Error(answer ? (message ?? 'the emulator gave no token') : none)
}
