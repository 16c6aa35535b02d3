/** `.ci/audit` with npm itself, and a registry on the loopback that answers what it is told. */
import { execFile } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'

const ROOT = resolve(import.meta.dirname, '../..')

type Audited = { readonly code: unknown; readonly said: string }
const auditAt = (registry: string) =>
  new Promise<Audited>((done) => {
    const settings = { npm_config_registry: registry, npm_config_fetch_retries: '0' }
    const env = { ...process.env, ...settings }
    execFile('bash', ['.ci/audit'], { cwd: ROOT, env }, (error, stdout, stderr) =>
      done({ code: error?.code ?? 0, said: stdout + stderr }),
    )
  })

async function auditAnswered(status: number, body: object = {}) {
  const server = createServer(({ method }, response) => {
    // It goes on to ask for the versions of a package, and does without.
    response.writeHead(method === 'POST' ? status : 404).end(JSON.stringify(body))
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  // Not by `onTestFinished`, which among tests at once may hear of another one's end.
  try {
    return await auditAt(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  } finally {
    server.close()
  }
}

/** A weakness of each version of zod, as a registry tells it. npm keeps what it knows of one by its number. */
const weakness = (severity: 'moderate' | 'high') => ({
  zod: [
    {
      id: severity === 'high' ? 1 : 2,
      title: 'A hole',
      url: 'https://example.com/',
      severity,
      vulnerable_versions: '*',
    },
  ],
})

describe.concurrent('npm’s audit', () => {
  test('a weakness at the level fails, by name', async () => {
    const { code, said } = await auditAnswered(200, weakness('high'))
    expect(code).toBe(1)
    expect(said).toMatch(/^zod /m)
  })

  test('one below the level does not', async () => {
    expect(await auditAnswered(200, weakness('moderate'))).toEqual({
      code: 0,
      said: expect.stringMatching(/moderate/),
    })
  })

  test('a registry without an audit is said, and fails nothing', async () => {
    const { code, said } = await auditAnswered(405)
    expect(code).toBe(0)
    expect(said).toMatch(/^NOTHING WAS AUDITED/m)
  })

  test('so is one that cannot be reached', async () => {
    const { code, said } = await auditAt('http://127.0.0.1:1')
    expect(code).toBe(0)
    expect(said).toMatch(/^NOTHING WAS AUDITED/m)
  })

  test('a registry that refuses fails, because nobody knows then', async () => {
    expect((await auditAnswered(401)).code).toBe(1)
  })
})
