import { globSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { REFUSALS, Refusal, type RefusalCode, refusalCodes } from '../../functions/core/refusals.ts'

test('a refusal tells nothing that its code has not in the list, or it does not compile', () => {
  const { code, details } = new Refusal('wrong_code', { attemptsLeft: 4 })
  expect([code, details]).toEqual(['wrong_code', { attemptsLeft: 4 }])
  // @ts-expect-error: that it expired says how long ago to nobody
  new Refusal('expired', { retryAfterSeconds: 1 })
  // @ts-expect-error: how a payment ended is told where it has ended
  new Refusal('wrong_code', { paymentStatus: 'denied' })
  // @ts-expect-error: there is no such code
  new Refusal('wrong_number')
})

test('each has a title and a meaning of its own, as whole sentences', () => {
  const all = refusalCodes.map((code) => REFUSALS[code])
  for (const { title, meaning } of all) {
    expect(title).toMatch(/^[A-Z].*\.$/)
    expect(meaning).toMatch(/^[A-Z].*\.$/)
  }
  expect(new Set(all.map(({ title }) => title)).size).toBe(all.length)
  expect(new Set(all.map(({ meaning }) => meaning)).size).toBe(all.length)
})

test('where a document names a refusal with a status, it is its own', () => {
  const root = resolve(import.meta.dirname, '../..')
  const named = globSync('{*.md,docs/**/*.md,examples/*.md}', { cwd: root }).flatMap((file) =>
    [
      ...readFileSync(resolve(root, file), 'utf8').matchAll(
        /\b([45]\d\d) `?([a-z]+(?:_[a-z]+)*)\b/g,
      ),
    ]
      .filter(([, , code = '']) => code in REFUSALS)
      .map(([, status, code]) => ({ file, code, status: Number(status) })),
  )
  expect(named.length).toBeGreaterThan(4)
  const own = named.map((one) => ({ ...one, status: REFUSALS[one.code as RefusalCode].status }))
  expect(named).toEqual(own)
})
