/** Meaning of a message for the client, and the next step for the developer. */
interface DeveloperText {
  readonly cause: string
  readonly fix: string
}

const WITHIN =
  'Write within the values of the user; to move a record out of their reach, model an action with a grant of its own.'
const ONE_RECORD = 'Write single records, by their key and with values.'
const GRANT = 'Give the user a role with a grant for it, or add a grant to @restrict in the model.'
const READ_GRANT = 'Add a grant for READ to @restrict, or read the entity by a request of its own.'
const OTHER_NAME = 'Use another name in the query.'

/** Texts for the log, by the constant message that the client gets. */
const TEXTS: Readonly<Record<string, DeveloperText>> = {
  'No role permits this.': { cause: 'no role of the user has a grant', fix: GRANT },
  'No role permits what is written below the record.': {
    cause: 'no role of the user has a grant for this part of the record',
    fix: GRANT
  },
  'No role permits to delete what is below the record.': {
    cause: 'no role of the user has a grant for this part of the record',
    fix: GRANT
  },
  'You would not be allowed to see what you write.': {
    cause: 'the condition is not true for what is written',
    fix: WITHIN
  },
  'You would not be allowed to see, or may not change, what is below the record.': {
    cause: 'the condition is not true for what is below the record',
    fix: WITHIN
  },
  'You may not change this record.': {
    cause: 'the condition is not true for this record',
    fix: 'Let somebody change it who has its values, or give a role a grant without the condition.'
  },
  'There is no record that you may read.': {
    cause: 'there is no such record, or the user may not read it: the client gets 404',
    fix: 'Where there is one, the user needs values for which the condition for READ is true.'
  },
  'Records can be hidden.': {
    cause: 'records can be hidden by the condition',
    fix: 'Give the user the values that the condition asks for.'
  },
  'The condition can not be true for you.': {
    cause: 'the condition is true for no record of this user',
    fix: 'Give the user the values that the condition asks for.'
  },
  'Name one record by its key.': { cause: 'the write does not name one record', fix: ONE_RECORD },
  'What is written can not be checked.': {
    cause: 'what is written is known only in the database, or to a handler',
    fix: ONE_RECORD
  },
  'The new record has no key.': { cause: 'the new record has no key', fix: ONE_RECORD },
  'Restrictions below, or above, a record of another service.': {
    cause: 'the condition is about records below, or above, a record of another service',
    fix: 'Write the parts by requests of their own, or compare elements of the entity itself.'
  },
  'A hierarchy of restricted records.': {
    cause: 'records on the way of a hierarchy need not fulfil the condition',
    fix: 'Give a role a grant for READ without a condition, or read without the hierarchy.'
  },
  'A subquery on what is restricted.': {
    cause: 'a subquery on an entity that is restricted',
    fix: READ_GRANT
  },
  'A query that joins entities.': {
    cause: 'the query joins entities',
    fix: 'Read the entities one by one, or follow associations.'
  },
  'A write that depends on other records.': {
    cause: 'the write depends on other records',
    fix: ONE_RECORD
  },
  'The query has a word that is none of CQN.': {
    cause: 'the query has a word that is none of CQN',
    fix: 'Use operators and functions of CQL.'
  }
}

/** Messages with a name in them. */
const PATTERNS: readonly [RegExp, string][] = [
  [/ can not be followed\.$/, READ_GRANT],
  [/^".*" names | is of a query around it\.$/, OTHER_NAME]
]

/** Returns the developer's text for a message. @internal */
export function textFor(message: string): DeveloperText {
  const known = Object.hasOwn(TEXTS, message) ? TEXTS[message] : undefined
  if (known) return known
  const [, fix = GRANT] = PATTERNS.find(([pattern]) => pattern.test(message)) ?? []
  return { cause: message.replace(/\.$/, ''), fix }
}
