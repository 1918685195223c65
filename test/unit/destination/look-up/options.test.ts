import { subscriberFirst } from '@sap-cloud-sdk/connectivity'

import { checkDestinationOptions } from '../../../../src/destination/look-up/options.js'

const CHAIN = {
  name: 'com.sap.sequentialUserPropagation',
  variables: { tokenTransformationDestinationName: 'X' }
}

const check = (options: object) => {
  checkDestinationOptions('cds.requires.S4.destinationOptions', options)
}

test.each<[object]>([
  [{}],
  [{ selectionStrategy: 'alwaysProvider', useCache: false, iasToXsuaaTokenExchange: true }],
  [{ selectionStrategy: subscriberFirst }],
  [{ jwt: null, iss: 'x', isolationStrategy: 'tenant', retry: true }],
  [{ fragmentName: 'one', fragmentOptional: true }],
  [{ fragmentName: ['one'], fragmentOptional: true }],
  [{ fragmentName: ['one', 'two-2', 'three.3'], fragmentOptional: false }],
  [{ fragmentName: undefined, fragmentOptional: undefined, level: undefined }],
  [{ level: 'instance', fragmentName: 'one@subaccount' }],
  [{ actorToken: 'xsuaa' }],
  [{ chain: CHAIN, fragmentName: 'one' }]
])('%j', (options) => {
  expect(() => {
    check(options)
  }).not.toThrow()
})

test.each<[object, RegExp]>([
  [{ fragmentname: 'one' }, /\.fragmentname is not known: did you mean "fragmentName"\?/],
  [{ fragmentNames: ['one'] }, /\.fragmentNames is not known: did you mean "fragmentName"\?/],
  [{ fragment: 'one' }, /\.fragment is not known: there are .*fragmentName/],
  [{ fragmentsOptional: true }, /did you mean "fragmentOptional"\?/],
  [{ levels: 'instance' }, /did you mean "level"\?/],
  [{ whatever: 1 }, /\.whatever is not known: there are/],
  [{ constructor: 1 }, /\.constructor is not known/],
  [{ level: 'instanze' }, /\.level is "instanze": did you mean "instance"\?/],
  [{ level: 1 }, /\.level is 1: use one of subaccount, instance/],
  [
    { selectionStrategy: 'alwaysProvide' },
    /\.selectionStrategy is "alwaysProvide": did you mean "alwaysProvider"/
  ],
  [{ selectionStrategy: 'own' }, /\.selectionStrategy is "own": use one of alwaysProvider, /],
  [{ selectionStrategy: () => null }, /\.selectionStrategy is a function: use one of/],
  [{ useCache: 'no' }, /\.useCache has another type/],
  [{ refreshToken: { secret: 'x' } }, /^((?!secret).)*refreshToken has another type/],
  ...['', ' ', 'a,b', 'a\r\nb', 'ä', 'one@x', [], ['one', ''], ['one', 1], 1, true, {}].map(
    (fragmentName): [object, RegExp] => [
      { fragmentName },
      /\.fragmentName has to be a name, or a list of names/
    ]
  ),
  [{ actorToken: 'xsua' }, /\.actorToken can only be "xsuaa"/],
  [{ chain: { ...CHAIN, name: 'x' } }, /destinationOptions\.chain\.name is "x": use one of/],
  [{ chain: CHAIN, level: 'instance' }, /\.chain goes with a look-up without "level"/],
  [{ chain: CHAIN, actorToken: 'xsuaa' }, /\.actorToken has no effect with a "chain"/],
  [{ fragmentOptional: true }, /\.fragmentOptional goes with exactly one fragment/],
  [
    { fragmentName: ['one', 'two'], fragmentOptional: true },
    /\.fragmentOptional goes with exactly one/
  ],
  [{ fragmentName: 'one@instance' }, /\.fragmentName with a level needs the "level"/],
  [
    { level: 'instance', selectionStrategy: 'subscriberFirst' },
    /\.level says where the destination is/
  ]
])('%j is refused', (options, message) => {
  expect(() => {
    check(options)
  }).toThrow(
    expect.objectContaining({
      code: 'ERR_CONFIGURATION',
      message: expect.stringMatching(message) as string
    })
  )
})
