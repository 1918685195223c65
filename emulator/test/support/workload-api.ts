import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import {
  type ClientReadableStream,
  credentials,
  loadPackageDefinition,
  Metadata,
  Server,
  ServerCredentials,
  type ServiceClientConstructor,
  type UntypedServiceImplementation
} from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'

/** The part of the SPIFFE Workload API that issues certificates, with the numbers of its specification. */
const PROTO = `syntax = "proto3";
service SpiffeWorkloadAPI { rpc FetchX509SVID(X509SVIDRequest) returns (stream X509SVIDResponse); }
message X509SVIDRequest {}
message X509SVIDResponse {
  repeated X509SVID svids = 1;
  repeated bytes crl = 2;
  map<string, bytes> federated_bundles = 3;
}
message X509SVID {
  string spiffe_id = 1;
  bytes x509_svid = 2;
  bytes x509_svid_key = 3;
  bytes bundle = 4;
  string hint = 5;
}
`

/** One certificate, as the API has it. */
export interface Svid {
  readonly spiffe_id: string
  readonly x509_svid: Buffer
  readonly x509_svid_key: Buffer
  readonly bundle: Buffer
  readonly hint?: string
}

/** `@grpc/grpc-js` with the service: an implementation of the protocol that is neither the plugin's nor the emulator's. */
export function workloadApi(): ServiceClientConstructor {
  const folder = mkdtempSync(join(tmpdir(), 'cds-principal-proto-'))
  const file = join(folder, 'workload.proto')
  try {
    writeFileSync(file, PROTO)
    const { SpiffeWorkloadAPI } = loadPackageDefinition(loadSync(file, { keepCase: true }))
    return SpiffeWorkloadAPI as ServiceClientConstructor
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** An agent on a socket of its own. */
export async function startAgent(implementation: UntypedServiceImplementation) {
  const folder = mkdtempSync(join(tmpdir(), 'cds-principal-agent-'))
  const address = `unix://${join(folder, 'api.sock')}`
  const server = new Server()
  server.addService(workloadApi().service, implementation)
  await new Promise<void>((done, fail) => {
    server.bindAsync(address, ServerCredentials.createInsecure(), (error) => {
      if (error) fail(error)
      else done()
    })
  })
  return {
    address,
    stop: () => {
      server.forceShutdown()
      rmSync(folder, { recursive: true, force: true })
    }
  }
}

/** The first answer of an agent, with this value of the header that it asks for. */
export function fetchByGrpc(address: string, header = 'true'): Promise<{ svids: Svid[] }> {
  const client = new (workloadApi())(
    address,
    credentials.createInsecure()
  ) as unknown as AgentClient
  const metadata = new Metadata()
  metadata.set('workload.spiffe.io', header)
  const stream = client.FetchX509SVID({}, metadata)
  return new Promise<{ svids: Svid[] }>((done, fail) => {
    stream.once('data', done)
    stream.on('error', fail)
  }).finally(() => {
    stream.cancel()
    client.close()
  })
}

/** The client of the service, made by `@grpc/grpc-js`. */
interface AgentClient {
  FetchX509SVID(request: object, metadata: Metadata): ClientReadableStream<{ svids: Svid[] }>
  close(): void
}
