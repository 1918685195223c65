// The core for mutation tests: who the user is, what is sent on behalf of whom, and what a user may read and write. Each group of
// sources has its own unit tests: those that are quick and about it. What only other tests would notice counts as not noticed.
const REMOTE = 'test/unit/remote'
const HTTP = [
  ...['cap-middleware', 'cloud-sdk-connection', 'credentials-of-a-call', 'csrf-*', 'deadline*'],
  ...['renew*', 'repetition', 'send-with-retry', 'transport', 'connections/*']
].join(',')

/** Sources and tests, as patterns. */
export const GROUPS = [
  { sources: 'src/token/**/*.ts', tests: 'test/unit/token/**/*.test.ts' },
  { sources: 'src/user/**/*.ts', tests: 'test/unit/user/**/*.test.ts' },
  {
    sources: 'src/destination/tokens/same-user.ts',
    tests: 'test/unit/destination/tokens/**/*.test.ts'
  },
  { sources: 'src/restrictions/**/*.ts', tests: 'test/unit/restrictions/**/*.test.ts' },
  {
    sources: 'src/remote/*.ts',
    tests: `${REMOTE}/{*,queue/*,evidence/*}.test.ts`
  },
  { sources: 'src/remote/agents/*.ts', tests: `${REMOTE}/agents/*.test.ts` },
  {
    sources: 'src/remote/{queue,evidence}/*.ts',
    tests: `${REMOTE}/{queue/*,evidence/*,call-decision,checked-sender,calls-on-behalf,api*,guarded-call}.test.ts`
  },
  { sources: 'src/remote/policy/*.ts', tests: `${REMOTE}/{policy/*,http/within-cluster}.test.ts` },
  { sources: 'src/remote/http/*.ts', tests: `${REMOTE}/http/{${HTTP}}.test.ts` },
  { sources: 'src/remote/http/connections/*.ts', tests: `${REMOTE}/http/connections/*.test.ts` },
  { sources: 'src/remote/http/failure/*.ts', tests: `${REMOTE}/http/failure/*.test.ts` },
  { sources: 'src/remote/http/message/*.ts', tests: `${REMOTE}/http/message/*.test.ts` }
]
