/** How far the requests come by which a Lambda's code cache is made: what they do not reach is compiled at a start. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { lambdas, lambdasOf, type Provider, providers } from '../../functions/routes.ts'
import { lambdaBundles } from '../../lib/bundle.ts'

const folder = mkdtempSync(join(tmpdir(), 'payfriend-test-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Those that are refused, and as what; each other request is answered as a payer's is. */
const REFUSED: Readonly<Record<Provider, Readonly<Record<string, number[]>>>> = {
  authy: { authyCallback: [403], deviceEnrol: [400] },
  twilioVerify: { deviceEnrol: [400] },
  // Without a provider only the payer with a device can pay, and no text lets a device in.
  none: { sendPayment: [403, 201], deviceEnrol: [400], deviceConfirm: [403] },
}

/** The statuses in the log of the process that makes the cache. */
function statuses(name: string, bundle: Buffer): number[] {
  const [from, to] = [join(folder, 'bundle.js'), join(folder, 'bundle.cache')]
  writeFileSync(from, `(function(exports,require,module){${bundle}\n})`)
  const log = execFileSync(process.execPath, ['lib/warmCache.ts', from, to, name], { env: {} })
  return log
    .toString()
    .split('\n')
    .filter((line) => line.includes('"message":"request"'))
    .map((line) => JSON.parse(line).status)
}

test.each(providers)('with %s each request does what it asks for, but these', (provider) => {
  const { files } = lambdaBundles({ provider })
  const routed = lambdasOf({ provider }).filter((name) => 'route' in lambdas[name])
  const found = routed.map(
    (name) => [name, statuses(name, files.get(name) ?? Buffer.alloc(0))] as const,
  )
  const isDone = (all: number[]) => all.length > 0 && all.every((status) => status < 300)
  const others = found.filter(([, all]) => !isDone(all))
  expect(Object.fromEntries(others)).toEqual(REFUSED[provider])
})
