import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

import { end } from '../../../test/support/sample.js'
import { freePort } from '../../../test/support/free-port.js'

/** Milliseconds between two questions whether an instance is ready. */
const PERIOD = 200

/** Milliseconds for an answer, and the number of answers that may be late before an instance is taken out, as on a platform. */
const PATIENCE = 2_000
const MAY_BE_LATE = 3

/** Path of nginx; `undefined` where it is not installed. */
export function nginxProgram(): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
  return folders.map((folder) => join(folder, 'nginx')).find((path) => existsSync(path))
}

/**
 * nginx in front of the instances, which are taken out while they are not ready. A request that an instance can't have executed, or
 * that may be executed twice, goes to the next one; no other is repeated.
 */
export class Proxy {
  readonly url: string
  readonly #folder = mkdtempSync(join(tmpdir(), 'nginx-'))
  readonly #port: number
  readonly #ports: readonly number[]
  readonly #child: ChildProcess
  #ready: readonly number[] = []
  /** Late answers, one after the other, by port. */
  readonly #late = new Map<number, number>()
  #timer: NodeJS.Timeout | undefined
  #isStopped = false

  private constructor(program: string, port: number, ports: readonly number[]) {
    this.#port = port
    this.#ports = ports
    this.url = `http://127.0.0.1:${String(port)}`
    this.#configure()
    const own = ['-p', this.#folder, '-c', join(this.#folder, 'nginx.conf')]
    this.#child = spawn(program, [...own, '-e', this.#log], { stdio: 'ignore' })
    this.#child.once('exit', (code, signal) => {
      if (this.#isStopped) return
      throw new Error(`nginx has ended (${String(code ?? signal)}):\n${this.log()}`)
    })
    process.once('exit', this.#kill)
  }

  /** @param ports - of the instances */
  static async start(program: string, ports: readonly number[]): Promise<Proxy> {
    const proxy = new Proxy(program, await freePort(), ports)
    // until its worker answers, it does not handle signals, or forgets them
    while (typeof (await statusOf(proxy.#port)) !== 'number') await pause(PERIOD / 4)
    const probe = async () => {
      await proxy.#look()
      if (!proxy.#isStopped) proxy.#timer = setTimeout(() => void probe(), PERIOD)
    }
    void probe()
    return proxy
  }

  /** Number of instances that take requests. */
  get ready(): number {
    return this.#ready.length
  }

  /** What it has logged. */
  log(): string {
    return existsSync(this.#log) ? readFileSync(this.#log, 'utf8') : ''
  }

  /** Waits until an instance is ready. */
  async untilReady(port: number): Promise<void> {
    while (!this.#ready.includes(port)) await pause(PERIOD)
  }

  /** Waits until an instance gets no requests any more. */
  async untilOut(port: number): Promise<void> {
    while (this.#ready.includes(port) && !this.#isStopped) await pause(PERIOD / 4)
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    clearTimeout(this.#timer)
    process.off('exit', this.#kill)
    await end(this.#child)
    rmSync(this.#folder, { recursive: true, force: true })
  }

  readonly #kill = () => this.#child.kill('SIGTERM')

  get #log(): string {
    return join(this.#folder, 'error.log')
  }

  async #look(): Promise<void> {
    const answers = await Promise.all(this.#ports.map((port) => this.#isReady(port)))
    const ready = this.#ports.filter((_, i) => answers[i])
    if (this.#isStopped || ready.join() === this.#ready.join()) return
    this.#ready = ready
    this.#configure()
    this.#child.kill('SIGHUP')
  }

  async #isReady(port: number): Promise<boolean> {
    const answer = await statusOf(port)
    const late = answer === 'late' ? (this.#late.get(port) ?? 0) + 1 : 0
    this.#late.set(port, late)
    if (answer !== 'late') return answer === 200
    return this.#ready.includes(port) && late < MAY_BE_LATE
  }

  #configure(): void {
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (name) => `${name}_temp_path ${this.#folder}/${name};`
    )
    const servers = this.#ports.map(
      (port) =>
        `server 127.0.0.1:${String(port)} max_fails=1 fail_timeout=1s${this.#ready.includes(port) ? '' : ' down'};`
    )
    const text = `${process.getuid?.() === 0 ? 'user root;' : ''}
daemon off;
worker_processes 1;
pid ${this.#folder}/nginx.pid;
events { worker_connections 1024; }
http {
  access_log off;
  ${temporary.join('\n  ')}
  upstream fleet {
    ${servers.join('\n    ')}
    keepalive 32;
    keepalive_timeout 3s;
  }
  server {
    listen 127.0.0.1:${String(this.#port)};
    location / {
      proxy_pass http://fleet;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_next_upstream error timeout;
      proxy_connect_timeout 2s;
      proxy_read_timeout 60s;
    }
  }
}
`
    writeFileSync(join(this.#folder, 'nginx.conf'), text)
  }
}

/** Returns the status with which the readiness endpoint answers; `undefined` where nothing listens. */
function statusOf(port: number): Promise<number | 'late' | undefined> {
  return new Promise((done) => {
    const options = { host: '127.0.0.1', port, path: '/health/ready', agent: false }
    const req = get({ ...options, timeout: PATIENCE }, (res) => {
      res.resume()
      done(res.statusCode)
    })
    req.on('timeout', () => {
      done('late')
      req.destroy()
    })
    req.on('error', () => done(undefined))
  })
}
