/** README's section “Call it”: its very lines, run in a shell against a Payfriend on this machine. */
import { execFile } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Payfriend, startPayfriend } from '../../local/payfriend.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const README = readFileSync(join(ROOT, 'README.md'), 'utf8')
const [, block = ''] = /^## Call it\n[^#]*?```sh\n(.*?)```/ms.exec(README) ?? []
const [tokenLine = '', ...curlLines] = block.trim().split('\n')

/** For machines without curl: the options that README uses, and no others. */
const CURL = `#!${process.execPath}
const asked = { headers: {} }
let url
const args = process.argv.slice(2)
for (let at = 0; at < args.length; at += 1) {
  const one = args[at]
  if (one === '-H') {
    const [, name, value] = /^([^:]+): (.*)$/.exec(args[++at])
    asked.headers[name] = value
  } else if (one === '-d') Object.assign(asked, { method: 'POST', body: args[++at] })
  else if (one === '-X') asked.method = args[++at]
  else if (one.startsWith('-') || url) throw new Error('README uses an option that is not known here: ' + one)
  else url = 'http://' + one
}
fetch(url, asked).then((answer) => answer.text()).then((text) => process.stdout.write(text))
`

let payfriend: Payfriend
const folder = mkdtempSync(join(tmpdir(), 'payfriend-curl-'))
beforeAll(async () => {
  payfriend = await startPayfriend({ port: 0 })
  writeFileSync(join(folder, 'curl'), CURL)
  chmodSync(join(folder, 'curl'), 0o755)
})
afterAll(() => payfriend.close())

/** Run a line of README in `sh`, with this server's port; `TOKEN` is there as after the first line. */
const shell = (line: string, TOKEN = '') => {
  const { port } = new URL(payfriend.pageUrl)
  const env = {
    ...process.env,
    PATH: [folder, process.env.PATH].join(delimiter),
    ...{ PORT: port, TOKEN },
  }
  return new Promise<string>((done, fail) => {
    execFile(
      'sh',
      ['-c', line.replaceAll(':3000', `:${port}`)],
      { cwd: ROOT, env },
      (error, out) => (error ? fail(error) : done(out)),
    )
  })
}

test('the lines of README pay, ask, list and cancel', async () => {
  const token = await shell(`${tokenLine}; printf %s "$TOKEN"`)
  expect(token).toMatch(/^ey[\w-]+\.[\w-]+\.[\w-]+$/)
  expect(curlLines).toHaveLength(4)

  let paymentId = ''
  const answers: { paymentId?: string; status?: string; payments?: unknown[] }[] = []
  for (const line of curlLines) {
    const answer = JSON.parse(await shell(line.replace('PAYMENT_ID', paymentId), token))
    paymentId ||= answer.paymentId
    answers.push(answer)
  }
  const [started, asked, listed, cancelled] = answers
  expect(started).toMatchObject({ paymentId, status: 'pending', push: 'sent' })
  expect(asked).toEqual(started)
  expect(listed?.payments).toEqual([started])
  expect(cancelled).toMatchObject({ paymentId, status: 'cancelled' })
})
