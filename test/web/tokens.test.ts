import { beforeEach, expect, test } from 'vitest'
import { createTokens, SignInNeeded, type Tokens } from '../../web/tokens.ts'

const LIFE_MS = 300_000
let now = 0
let renewals: string[] = []
let kept: (string | null)[] = []
let answer: () => Promise<Tokens>

const tokens = () => {
  const created = createTokens(
    (refreshToken) => {
      renewals.push(refreshToken)
      return answer()
    },
    (refreshToken) => kept.push(refreshToken),
    () => now,
  )
  created.take({ accessToken: 'first', expiresAt: now + LIFE_MS, refreshToken: 'refresh-1' })
  return created
}

beforeEach(() => {
  now = 0
  renewals = []
  kept = []
  answer = async () => ({
    accessToken: 'second',
    expiresAt: now + LIFE_MS,
    refreshToken: 'refresh-2',
  })
})

test('a token is used until 60 s before its end, and renewed from then on', async () => {
  const all = tokens()
  now = LIFE_MS - 60_001
  expect(await all.accessToken()).toBe('first')
  now = LIFE_MS - 60_000
  expect(await all.accessToken()).toBe('second')
  expect(kept).toEqual(['refresh-1', 'refresh-2'])
})

test('many who ask at once share one renewal', async () => {
  const all = tokens()
  now = LIFE_MS
  const given = await Promise.all([1, 2, 3].map(() => all.accessToken()))
  expect(given).toEqual(['second', 'second', 'second'])
  expect(renewals).toEqual(['refresh-1'])
})

test('a refused token is renewed once, however many were refused with it', async () => {
  const all = tokens()
  expect(await all.accessToken('first')).toBe('second')
  expect(await all.accessToken('first')).toBe('second')
  expect(renewals).toEqual(['refresh-1'])
})

test('a refresh token that is no longer good is forgotten, and sign-in is needed', async () => {
  const all = tokens()
  answer = async () => {
    throw new SignInNeeded()
  }
  await expect(all.accessToken('first')).rejects.toThrow(SignInNeeded)
  expect(kept.at(-1)).toBeNull()
  expect(all.any).toBe(false)
})

test('a provider out of reach costs neither a token still good nor the refresh token', async () => {
  const all = tokens()
  answer = async () => {
    throw new Error('unreachable')
  }
  now = LIFE_MS - 1
  expect(await all.accessToken()).toBe('first')
  now = LIFE_MS
  await expect(all.accessToken()).rejects.toThrow('unreachable')
  expect(all.refreshToken).toBe('refresh-1')
})

test('a provider that does not rotate leaves the refresh token as it is', async () => {
  const all = tokens()
  answer = async () => ({ accessToken: 'second', expiresAt: now + LIFE_MS, refreshToken: null })
  await all.accessToken('first')
  expect(all.refreshToken).toBe('refresh-1')
})

test('whoever signs out during a renewal stays signed out', async () => {
  const all = tokens()
  const asked = all.accessToken('first')
  all.forget()
  await expect(asked).rejects.toThrow(SignInNeeded)
  expect(all.any).toBe(false)
})
