type Properties = Readonly<Record<string, string | boolean>>

/** Authentication types for which the emulated Destination service gets no token. */
const NOT_EMULATED = new Set(['OAuth2AuthorizationCode', 'OAuth2MutualTLS', 'SAPAssertionSSO'])

/** Returns sentences about the parts of an imported destination that the emulator cannot do, or that need a person. */
export function limitsOf(name: string, properties: Properties): string[] {
  const { Type = 'HTTP', Authentication = 'NoAuthentication', ProxyType } = properties
  const about = (text: string) => [`destination "${name}": ${text}`]
  return [
    ...(Type === 'HTTP'
      ? addressLimits(about, properties)
      : about(`type ${unknown(Type)} has its configuration, and no connection`)),
    ...(NOT_EMULATED.has(String(Authentication))
      ? about(`${String(Authentication)} is not emulated; there is an error in place of a token`)
      : []),
    ...(Authentication === 'OAuth2SAMLBearerAssertion'
      ? about('its tokenServiceURL has to be a token service on this machine')
      : []),
    ...(Authentication === 'OAuth2Password'
      ? about('its User has to be one of "users" of the landscape')
      : []),
    ...(String(Authentication).startsWith('emulated-')
      ? about('the emulator does not know its authentication type')
      : []),
    ...(properties['KeyStoreLocation']
      ? about(`put a key store ${String(properties['KeyStoreLocation'])} into the project folder`)
      : []),
    ...(ProxyType === 'PrivateLink' ? about('a private link is called like any other host') : [])
  ]
}

function addressLimits(
  about: (text: string) => string[],
  { ProxyType, URL: url }: Properties
): string[] {
  if (url === undefined) return []
  if (ProxyType !== 'OnPremise') return about('nothing answers at its URL: write one of your own')
  return String(url).startsWith('https:')
    ? about('the Connectivity proxy refuses https to systems on premise, here as on BTP')
    : []
}

const unknown = (type: unknown) =>
  String(type).startsWith('emulated-') ? '(unknown)' : String(type)
