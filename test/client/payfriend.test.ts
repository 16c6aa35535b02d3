/** The client for other people's programs: what it sends, what it makes of answers, and how much it weighs. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { buildSync } from 'esbuild'
import { describe, expect, test } from 'vitest'
import { createClient, PayfriendError, waitForEnd } from '../../client/payfriend.ts'
import { pageTarget } from '../../lib/browsers.ts'
import { CLIENT_FILE, clientTypes } from '../../scripts/clientTypes.ts'
import { openapi } from '../../scripts/openapi.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const ID = 'N2xh5v0SgVq3uQK1mYw8Tg'
const looked = ['GET /payments/{paymentId}', { path: { paymentId: ID } }] as const

type Sent = { readonly url: string; readonly request: RequestInit }

/** A client of an API that gives these answers, one after another, and all that it was sent. */
function clientOf(...answers: (Response | Error)[]) {
  const sent: Sent[] = []
  const given: (string | undefined)[] = []
  const call = createClient({
    address: 'https://pay.example.com/api',
    token: async (refused) => {
      given.push(refused)
      return refused === undefined ? 'one' : 'two'
    },
    send: async (url, request) => {
      sent.push({ url, request })
      const answer = answers.shift()
      if (answer instanceof Response) return answer
      throw answer ?? new Error('nothing more to answer')
    },
  })
  return { call, sent, given }
}

const bearers = (sent: readonly Sent[]) =>
  sent.map(({ request }) => new Headers(request.headers).get('authorization'))

test('the types are what `npm run openapi` makes of openapi.json', async () => {
  expect(readFileSync(CLIENT_FILE, 'utf8')).toBe(await clientTypes(openapi()))
})

test('it depends on nothing and has less than 5 KB, as a browser gets it', () => {
  const { outputFiles, metafile } = buildSync({
    ...{ absWorkingDir: ROOT, entryPoints: ['client/payfriend.ts'], target: pageTarget },
    ...{ bundle: true, minify: true, format: 'esm', write: false, metafile: true, outdir: 'out' },
  })
  expect(Object.keys(metafile.inputs).filter((file) => !file.startsWith('client/'))).toEqual([])
  const [file] = outputFiles
  expect(gzipSync(file?.contents ?? Buffer.of(), { level: 9 }).length).toBeLessThan(5 * 1024)
  expect(file?.text).toContain('PayfriendError')
})

test('a strict project of somebody else compiles it to JavaScript, as its README says', () => {
  const folder = mkdtempSync(join(tmpdir(), 'client-'))
  const compilerOptions = {
    ...{ module: 'nodenext', target: 'es2022', lib: ['es2022', 'dom'], types: [], strict: true },
    ...{ exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true },
    ...{ rewriteRelativeImportExtensions: true, rootDir: ROOT, outDir: folder },
  }
  const config = { compilerOptions, files: [join(ROOT, 'client/payfriend.ts')] }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
  const { stdout } = spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' })
  expect(stdout).toBe('')
  expect(readFileSync(join(folder, 'client/payfriend.js'), 'utf8')).toContain("'./refusal.js'")
})

test('its error has a name, which no bundler shortens', () => {
  expect(String(new PayfriendError(404, { title: 'Not found' }))).toBe('PayfriendError: Not found')
})

describe('a request', () => {
  test('has the route’s method and path, the query, the headers, the body as JSON, and the token', async () => {
    const { call, sent } = clientOf(Response.json({}), Response.json({}))
    await call('GET /payments', { query: { cursor: 'a&b' } })
    await call('POST /payments', {
      header: { 'Idempotency-Key': 'key' },
      body: { payee: { name: 'Ann', id: 'ann' }, amount: { value: '1.00', currency: 'EUR' } },
    })
    const [list, start] = sent
    expect(list).toMatchObject({
      url: 'https://pay.example.com/api/payments?cursor=a%26b',
      request: { method: 'GET', body: null, headers: { Authorization: 'Bearer one' } },
    })
    expect(start).toMatchObject({
      url: 'https://pay.example.com/api/payments',
      request: {
        method: 'POST',
        headers: { 'Idempotency-Key': 'key', 'Content-Type': 'application/json' },
        body: '{"payee":{"name":"Ann","id":"ann"},"amount":{"value":"1.00","currency":"EUR"}}',
      },
    })
  })

  test.each(['', '.', '..'])('is not sent with an id that leads elsewhere: "%s"', async (id) => {
    const { call, sent } = clientOf(Response.json({}))
    await expect(
      call('POST /payments/{paymentId}/sms', { path: { paymentId: id } }),
    ).rejects.toThrow('cannot be a paymentId')
    expect(sent).toEqual([])
  })

  test('has its id as one part of the path, whatever is in it', async () => {
    const { call, sent } = clientOf(Response.json({}))
    await call(looked[0], { path: { paymentId: '../a?b#c' } })
    expect(sent[0]?.url).toBe('https://pay.example.com/api/payments/..%2Fa%3Fb%23c')
  })

  test('whose token is refused is sent once more with another, and not a third time', async () => {
    const refused = () => Response.json({ message: 'Unauthorized' }, { status: 401 })
    const renewed = clientOf(refused(), Response.json({ paymentId: ID }))
    expect(await renewed.call(...looked)).toEqual({ paymentId: ID })
    expect(bearers(renewed.sent)).toEqual(['Bearer one', 'Bearer two'])
    expect(renewed.given).toEqual([undefined, 'one'])

    const ended = clientOf(refused(), refused(), Response.json({}))
    await expect(ended.call(...looked)).rejects.toMatchObject({ status: 401, problem: {} })
    expect(ended.sent).toHaveLength(2)
  })
})

describe('an answer', () => {
  test('that refuses is thrown with its status, its code, and when to try again', async () => {
    const body = { title: 'Wrong code', code: 'wrong_code', attemptsLeft: 3, requestId: 'r' }
    const { call } = clientOf(
      Response.json(body, { status: 422, headers: { 'Retry-After': '30' } }),
    )
    const error = await call(...looked).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(PayfriendError)
    expect(error).toMatchObject({
      message: 'Wrong code',
      status: 422,
      problem: body,
      retryAfterSeconds: 30,
    })
  })

  test.each([
    ['is no JSON', new Response('<html>'), 200],
    ['is a fault without JSON', new Response('<html>', { status: 503 }), 503],
    ['breaks off', new Response(new ReadableStream({ start: (s) => s.error(new Error()) })), 0],
  ])('that %s is thrown with its status', async (_, answer, status) => {
    await expect(clientOf(answer).call(...looked)).rejects.toMatchObject({ status, problem: {} })
  })
})

describe('waiting for the end', () => {
  const pending = () => Response.json({ status: 'pending' })
  const wait = (call: ReturnType<typeof clientOf>['call'], signal?: AbortSignal) =>
    waitForEnd(call, ID, { everyMs: 0, ...(signal && { signal }) })

  test('goes on over faults and a lost network, and gives the payment once it has ended', async () => {
    const { call, sent } = clientOf(
      ...[pending(), new Response('', { status: 503 }), new TypeError('no network'), pending()],
      Response.json({ status: 'denied' }),
    )
    expect(await wait(call)).toEqual({ status: 'denied' })
    expect(sent).toHaveLength(5)
  })

  test('ends with a refusal', async () => {
    const { call, sent } = clientOf(Response.json({ code: 'not_found' }, { status: 404 }))
    await expect(wait(call)).rejects.toMatchObject({ problem: { code: 'not_found' } })
    expect(sent).toHaveLength(1)
  })

  test('gives up after twenty failures in a row', async () => {
    const { call, sent } = clientOf(...Array.from({ length: 30 }, () => new TypeError('none')))
    await expect(wait(call)).rejects.toThrow('none')
    expect(sent).toHaveLength(20)
  })

  test('ends when it is told to', async () => {
    const over = new AbortController()
    const { call } = clientOf(pending())
    const waiting = waitForEnd(call, ID, { signal: over.signal })
    over.abort(new Error('left'))
    await expect(waiting).rejects.toThrow('left')
  })
})
