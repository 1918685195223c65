import type { Step } from './delegation-key-file.js'

/** The names of a set-up; none of them is secret. */
export interface SetUp {
  readonly step: Step
  /** File with the private keys. */
  readonly out: string
  readonly issuer: string
  readonly assertionIssuer: string
  readonly origin: string
  /** Key set in Base64. */
  readonly jwks: string
}

const NOT_TRIED = '(not tried on BTP)'

/** Returns every step of the set-up, or the next one of a rotation, as text. */
export function setUpSteps(setUp: SetUp): string {
  return setUp.step === 'made' ? firstSteps(setUp) : rotationSteps(setUp)
}

function firstSteps({ out, issuer, assertionIssuer, origin, jwks }: SetUp): string {
  return `Private keys:  ${out} (for this user only; never into the repository; keep it in a safe place: rotation needs it)
For others:    ${out}.jwks.json, ${out}.metadata.xml

1. Bind the keys to the application, in one of four ways.
   Cloud Foundry  cf create-user-provided-service delegation-keys -p ${out}
                  cf bind-service <application> delegation-keys && cf restage <application>
   Kubernetes     node -e 'const k=require(require("path").resolve("${out}"));for(const n in k)
                    require("fs").writeFileSync(n,JSON.stringify(k[n]),{mode:0o600})'
                  kubectl create secret generic delegation-keys --from-literal=type=user-provided \\
                    --from-file=recordKeys --from-file=assertionKeys
                  Mount it as $SERVICE_BINDING_ROOT/delegation-keys, and remove the two files. CAP reads no binding without "type".
   Credential     cf create-service credstore standard credstore
   Store          node -e 'const f=require("fs");f.writeFileSync("${out}.base64",
   ${NOT_TRIED}  f.readFileSync("${out}").toString("base64"),{mode:0o600})'
                  Cockpit, in the instance: Credential Store > Create Namespace "cds-principal", with a credential of
                    type Key: name "delegation-keys", value the content of ${out}.base64. Remove that file.
                  Keep ${out} in a safe place: a rotation needs it. To get it back, save the value from the cockpit in
                    ${out}.base64 (remove it afterwards): node -e 'const f=require("fs");f.writeFileSync("${out}",
                    Buffer.from(f.readFileSync("${out}.base64","utf8"),"base64"),{mode:0o600})'
                  cf bind-service <application> credstore \\
                    -c '{"authorization":{"namespace_permissions":{"cds-principal":["read"]}}}'
                  cf restage <application>
                  In step 2: "delegation-keys": { "kind": "credstore" }

2. Configure the application (package.json), with one of the ways of step 3.
   "delegation-keys": { "vcap": { "name": "delegation-keys" } },
   "<service>": { "onBehalfOf": "namedUser", "queued": true,
     "delegation": { "validFor": "24h", "credentials": "delegation-keys", <way> } }

3. Let the platform trust the assertion key.
   a) Identity Authentication, preferred ${NOT_TRIED}
      <way>: "ias": { "issuer": "${issuer}" }
      Administration console > Identity Providers > Corporate Identity Providers > Create: OpenID Connect
        Issuer             ${issuer}
        JSON Web Key Set   the content of ${out}.jwks.json
        Endpoints          none is needed for JWT bearer
        Subject name       e-mail address
      Service instance of the application: add urn:ietf:params:oauth:grant-type:jwt-bearer to all grants that it needs in
        "oauth2-configuration": { "grant-types": […] }; jwt-bearer is not among the default ones.
      Identity Federation: "Use Identity Authentication user store" on, so that a user who is gone has ended.
      Do not offer it for log-on: leave it out of the conditional authentication of every application.
   b) SAML 2.0 bearer assertion at XSUAA ${NOT_TRIED}
      <way>: "saml": { "assertionIssuer": "${assertionIssuer}", "origin": "${origin}" }
      npm add @xmldom/xmldom xml-crypto
      Cockpit, in the subaccount of the application and of each subscriber:
      Security > Trust Configuration > New SAML Trust Configuration: upload ${out}.metadata.xml
        Origin Key                ${origin}
        Available for User Logon  off
        Create Shadow Users       off: a user whom you delete there has ended. Then create each user:
        btp create security/user <e-mail> --of-idp ${origin} --subaccount <id>
      xs-security.json, if "oauth2-configuration" has "allowedproviders": add "${origin}"
   c) Destinations of type OAuth2SAMLBearerAssertion and SAMLAssertion ${NOT_TRIED}
      <way>: "userToken": { "issuer": "${issuer}" }
      Additional property of the destination:
        x_user_token.jwks = ${jwks}
      or x_user_token.jwks_uri = the public URL at which you publish ${out}.jwks.json

4. Before the certificate ends, and at least once a year: npx cds-principal delegations init --out ${out} --rotate`
}

const NEXT: Readonly<Record<Exclude<Step, 'made'>, string>> = {
  added: 'The second key is there. It signs nothing yet.',
  promoted: 'The new key signs now; the old one still verifies.',
  removed: 'The old key is removed.'
}

function rotationSteps({ step, out, jwks }: SetUp): string {
  const update =
    `cf update-user-provided-service delegation-keys -p ${out}, then restart all instances one after the other. In Kubernetes, replace ` +
    'the secret by the same commands as in the set-up, and restart the pods. In the Credential Store, replace the value of the key by ' +
    'the file in Base64: instances have it after "credentialStore.refresh" (5 minutes), without a restart.'
  const publish =
    `Give ${out}.jwks.json and ${out}.metadata.xml to the platform, as in the set-up ${NOT_TRIED}; ` +
    `x_user_token.jwks = ${jwks}`
  const steps: Readonly<Record<Exclude<Step, 'made'>, readonly string[]>> = {
    added: [update, publish, 'When both are done everywhere, run the command again.'],
    promoted: [update, 'After "validFor" of the longest delegation, run the command again.'],
    removed: [update, publish]
  }
  if (step === 'made') return ''
  const lines = steps[step].map((text, i) => `${String(i + 1)}. ${text}`)
  return [NEXT[step], '', ...lines].join('\n')
}
