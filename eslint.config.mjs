import js from '@eslint/js'
import { defineConfig } from 'eslint/config'
import globals from 'globals'
import tseslint from 'typescript-eslint'

import { commentBegins } from './scripts/lint/comment-begins.mjs'
import { doorsOf } from './scripts/lint/doors.mjs'

/** The stations in the order of a request; each may import the ones before it. */
const stations = ['token', 'user', 'destination', 'delegation', 'remote']

/** Rooms, and their doors: the files that may be imported from outside the room. Everything else is private to it. */
const rooms = {
  'src/delegation': [
    'attempt',
    'author',
    'author-call',
    'install',
    'options',
    'record',
    'revoke',
    'running',
    'table',
    'targets',
    'ways'
  ],
  'src/delegation/queue': ['issue', 'message', 'queue'],
  'src/destination': [
    'authentication-types',
    'binding/binding',
    'binding/bound-services',
    'binding/check-binding',
    'exchange/client',
    'exchange/saml/assertion',
    'exchange/saml/metadata',
    'exchange/user',
    'look-up/chains',
    'look-up/find',
    'look-up/missing-connectivity',
    'look-up/not-found',
    'look-up/options',
    'look-up/parse',
    'look-up/service',
    'resolve/bound-service',
    'resolve/bypass',
    'resolve/check',
    'resolve/resolve',
    'retrieval/user',
    'tokens/client-service',
    'tokens/lifetime',
    'tokens/service'
  ],
  'src/destination/attested': ['credentials'],
  'src/destination/binding': ['binding', 'bound-services', 'check-binding'],
  'src/destination/exchange': [
    'client',
    'external-user',
    'saml/assertion',
    'saml/metadata',
    'saml/returned',
    'user'
  ],
  'src/destination/look-up': [
    'chains',
    'find',
    'look-up',
    'missing-connectivity',
    'not-found',
    'options',
    'parse',
    'proxy',
    'service'
  ],
  'src/destination/resolve': ['bound-service', 'bypass', 'check', 'resolve'],
  'src/delegation/tokens': ['register', 'way-options'],
  'src/doctor': ['doctor'],
  'src/doctor/hops/calls': ['calls', 'clock', 'session'],
  'src/explain': ['explain', 'refusal', 'token/read-token'],
  'src/explain/codes': ['explain-code', 'issuer-facts', 'markdown', 'sections', 'service-facts'],
  'src/explain/project': ['project'],
  'src/explain/story': ['explain-story'],
  'src/explain/token': ['explain-token', 'read-token'],
  'src/fleet': [
    'cloud-sdk-cache',
    'drain/install',
    'drain/options',
    'drain/readiness',
    'rotation/install',
    'install',
    'options'
  ],
  'src/fleet/rotation': ['install'],
  'src/fleet/drain': ['install', 'options', 'readiness'],
  'src/remote': [
    'agents/agent-types',
    'agents/kinds',
    'agents/refusals',
    'api',
    'calls-on-behalf',
    'evidence/call',
    'evidence/principal-call',
    'evidence/queued',
    'http/send',
    'outbound',
    'policy/caller',
    'policy/options',
    'policy/service-target',
    'queue/refusal',
    'queue/row',
    'start-checks'
  ],
  'src/remote/agents': ['agent-types', 'kinds', 'refusals'],
  'src/remote/evidence': ['call', 'principal-call', 'queued'],
  'src/remote/http': ['send'],
  'src/restrictions': [
    'describe',
    'install',
    'model/definition',
    'model/governing',
    'model/permission',
    'names/advice',
    'names/known',
    'names/lint-findings',
    'names/used',
    'names/warn',
    'request/refusal',
    'request/request'
  ],
  'src/restrictions/condition/normalize': ['joined-path', 'normalize'],
  'src/restrictions/condition/patterns': ['pattern-index', 'text-pattern'],
  'src/restrictions/names': ['advice', 'known', 'lint-findings', 'report', 'used', 'warn'],
  'src/restrictions/read': [
    'expand',
    'hide-conditions',
    'hide-unreadable',
    'paths',
    'queries',
    'read',
    'words'
  ],
  'src/restrictions/request': ['find-texts', 'hidden', 'refusal', 'request'],
  'src/restrictions/write': ['record', 'refused-writes', 'written'],
  'src/token': [
    'claims',
    'decode',
    'exchange-options',
    'issuers/credentials',
    'issuers/ias',
    'issuers/issuer',
    'issuers/oidc',
    'issuers/oidc-options',
    'issuers/token-type',
    'issuers/xsuaa',
    'keys/sources',
    'keys/subscribed-tenants',
    'keys/usable-key',
    'token-facts',
    'verified-tokens'
  ],
  'src/token/issuers': [
    'credentials',
    'ias',
    'issuer',
    'oidc',
    'oidc-options',
    'token-type',
    'xsuaa'
  ],
  'src/token/keys': [
    'key-set',
    'sources',
    'subscribed-tenants',
    'tenant-key-sets',
    'turns',
    'usable-key'
  ]
}

const notFrom = (folders, message) => ({
  regex: `^(\\.{1,2}/)+(${folders.join('|')})/`,
  message
})

const libx = {
  regex: '^@sap/cds/libx(/|$)',
  message: "only CAP's public API: libx changes without notice"
}

const emulator = {
  regex: '(^|/)(cds-principal-emulator|emulator/src)(/|$)',
  message: 'the emulator is for development: only src/development loads it'
}

/** No station knows what comes after it, nor the plugin and the emulator around the stations. */
const downstreamOnly = stations.map((station, i) => ({
  files: [`src/${station}/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          libx,
          emulator,
          notFrom(
            [...stations.slice(i + 1), 'inbound', 'development', 'emulator', 'cli'],
            `imports point downstream only (${stations.join(' → ')})`
          ),
          { regex: '^(\\.\\./)+(plugin|index)\\.js$', message: 'a station knows no entry point' }
        ]
      }
    ]
  }
}))

/** What several stations share knows none of them. */
const libOfNone = {
  files: ['src/lib/**/*.ts'],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          libx,
          emulator,
          notFrom(
            [...stations, 'inbound', 'restrictions', 'configuration', 'development', 'cli'],
            'src/lib imports from no station'
          )
        ]
      }
    ]
  }
}

export default defineConfig(
  {
    ignores: [
      'dist/',
      'emulator/dist/',
      'types/',
      '.dist-*/',
      'coverage/',
      'gen/',
      'temp/',
      '.reports/',
      '@cds-models/'
    ]
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      globals: globals.node,
      parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname }
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false }
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/no-dynamic-delete': 'off',
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true }
      ],
      // An empty name, attribute or tenant is as good as none.
      '@typescript-eslint/prefer-nullish-coalescing': [
        'error',
        { ignorePrimitives: { string: true } }
      ],
      '@typescript-eslint/no-empty-function': ['error', { allow: ['arrowFunctions'] }],
      '@typescript-eslint/dot-notation': ['error', { allowIndexSignaturePropertyAccess: true }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true }
      ],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error'
    }
  },
  {
    files: ['src/**/*.ts', 'emulator/src/**/*.ts'],
    rules: {
      'max-lines': ['error', { max: 250 }],
      'max-lines-per-function': ['error', { max: 60 }],
      'no-restricted-imports': ['error', { patterns: [libx, emulator] }],
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'named exports only' },
        { selector: 'ExportAllDeclaration', message: 'name what is exported' },
        { selector: 'ImportExpression', message: "does not work in a project's jest: require" }
      ]
    }
  },
  {
    files: ['src/**/*.ts', 'emulator/src/**/*.ts'],
    plugins: { house: { rules: { 'comment-begins': commentBegins } } },
    rules: { 'house/comment-begins': 'error' }
  },
  ...downstreamOnly,
  libOfNone,
  {
    files: ['src/**/*.ts', 'emulator/src/**/*.ts'],
    plugins: { rooms: { rules: { doors: doorsOf(rooms, import.meta.dirname) } } },
    rules: { 'rooms/doors': 'error' }
  },
  {
    files: ['src/development/**/*.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns: [libx] }] }
  },
  {
    files: ['emulator/src/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            libx,
            {
              regex: '^cds-principal(/|$)|(^|/)\\.\\./src/',
              message:
                'the emulator stands alone, so that it cannot agree with the bugs of the plugin'
            }
          ]
        }
      ]
    }
  },
  {
    // What CAP loads by itself must be the module's default export.
    files: [
      'src/inbound/auth.ts',
      'src/remote/service.ts',
      'src/remote/agents/*-service.ts',
      'src/plugin.ts',
      'src/development/mock-auth.ts',
      'src/development/emulator.ts',
      'emulator/src/mock/mock-auth.ts'
    ],
    rules: { 'no-restricted-syntax': 'off' }
  },
  {
    files: [
      'src/development/announce.ts',
      'emulator/src/cli/**/*.ts',
      'src/cli/**/*.ts',
      'src/cds-dk/**/*.ts',
      'srv/server.ts',
      'srv/external/**/*.ts'
    ],
    rules: { 'no-console': 'off' }
  },
  {
    // CAP's types say `any` where a handler meets its data.
    files: ['srv/**/*.ts', 'test/**/*.ts', 'emulator/test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      'max-lines': ['error', { max: 300 }],
      '@typescript-eslint/await-thenable': 'off',
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/restrict-template-expressions': 'off'
    }
  },
  {
    files: ['test/**/*.ts', 'emulator/test/**/*.ts', 'bench/**/*.ts'],
    languageOptions: { globals: globals.jest },
    rules: {
      'no-console': 'off',
      '@typescript-eslint/no-explicit-any': 'off',
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/restrict-plus-operands': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/unbound-method': 'off'
    }
  },
  {
    files: ['**/*.mjs'],
    languageOptions: { globals: globals.node }
  },
  {
    files: ['**/*.js'],
    languageOptions: { sourceType: 'commonjs', globals: globals.node }
  },
  {
    files: ['examples/**/*.js'],
    languageOptions: { sourceType: 'module', globals: globals.node }
  },
  {
    files: ['app/**/*.js', 'emulator/page/*.js'],
    languageOptions: { sourceType: 'module', globals: globals.browser }
  },
  { files: ['**/*.test.js'], languageOptions: { globals: globals.jest } }
)
