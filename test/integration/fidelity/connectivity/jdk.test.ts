import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { processEnvironment } from '../../../support/environment.js'
import type { FidelityLandscape } from '../landscape.js'
import { describeWith } from '../oauth/runtime.js'
import { proxyOf, proxyTokenOf, RESOURCE, startOnPremise } from './proxy.js'

/** Prints the body of an answer through the proxy. */
const SOURCE = `
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

public class Call {
  public static void main(String[] args) throws Exception {
    int port = Integer.parseInt(System.getenv("PROXY_PORT"));
    Proxy proxy = new Proxy(Proxy.Type.HTTP, new InetSocketAddress("127.0.0.1", port));
    HttpURLConnection connection = (HttpURLConnection) new URL(args[0]).openConnection(proxy);
    byte[] credentials = (System.getenv("TOKEN") + ":").getBytes(StandardCharsets.UTF_8);
    connection.setRequestProperty("Proxy-Authorization",
      "Basic " + Base64.getEncoder().encodeToString(credentials));
    System.out.println(new String(connection.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
  }
}
`

describeWith('javac', () => {
  let landscape: FidelityLandscape
  const folder = mkdtempSync(join(tmpdir(), 'cds-principal-client-'))
  beforeAll(async () => (landscape = await startOnPremise()))
  afterAll(async () => {
    await landscape.stop()
    rmSync(folder, { recursive: true })
  })

  test('HttpURLConnection: Basic with the token', async () => {
    const { emulator } = landscape
    writeFileSync(join(folder, 'Call.java'), SOURCE)
    const PROXY_PORT = String(proxyOf(emulator).port)
    const env = processEnvironment({ PROXY_PORT, TOKEN: await proxyTokenOf(emulator, 'alice') })
    const { stdout } = await promisify(execFile)('java', ['Call.java', RESOURCE], {
      cwd: folder,
      env
    })
    expect(JSON.parse(stdout)).toMatchObject({ subject: 'CN=alice' })
  })
})
