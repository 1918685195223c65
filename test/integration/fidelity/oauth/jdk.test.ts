import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { claimsOf } from '../../../../emulator/test/support/http.js'
import { describeWith, startForPrograms, type ForPrograms } from './runtime.js'

/** Prints the tokens of three requests, one a line. */
const SOURCE = `
import java.net.HttpURLConnection;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

public class Tokens {
  public static void main(String[] args) throws Exception {
    request("GET", "?grant_type=client_credentials", null);
    request("POST", "?grant_type=client_credentials", "");
    request("POST", "", "grant_type=password&username=alice");
  }

  static void request(String method, String query, String form) throws Exception {
    URL url = new URL(System.getenv("URL") + "/oauth/token" + query);
    HttpURLConnection connection = (HttpURLConnection) url.openConnection();
    String credentials = System.getenv("ID") + ":" + System.getenv("SECRET");
    connection.setRequestMethod(method);
    connection.setRequestProperty("Authorization",
      "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8)));
    if (form != null) {
      connection.setDoOutput(true);
      connection.getOutputStream().write(form.getBytes(StandardCharsets.UTF_8));
    }
    System.out.println(new String(connection.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
  }
}
`

describeWith('javac', () => {
  let xsuaa: ForPrograms
  beforeAll(async () => (xsuaa = await startForPrograms()))
  afterAll(() => xsuaa.stop())

  test('HttpURLConnection: GET, POST with parameters in the URL, and a form', async () => {
    writeFileSync(join(xsuaa.folder, 'Tokens.java'), SOURCE)
    const store = ['-keystore', 'ca.p12', '-storepass', 'changeit']
    const trusted = ['-importcert', '-noprompt', '-alias', 'landscape', '-file', 'ca.pem']
    await xsuaa.run('keytool', [...trusted, ...store])
    const trust = [
      '-Djavax.net.ssl.trustStore=ca.p12',
      '-Djavax.net.ssl.trustStorePassword=changeit'
    ]
    const output = await xsuaa.run('java', [...trust, 'Tokens.java'])
    const tokens = output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as never)
    const claims = tokens.map(({ access_token }) => claimsOf(access_token))
    expect(claims.map(({ grant_type }) => grant_type as string)).toEqual([
      ...['client_credentials', 'client_credentials', 'password']
    ])
  })
})
