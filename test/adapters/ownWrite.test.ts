import { expect, test } from 'vitest'
import { ownWrite } from '../../functions/adapters/dynamodb/ownWrite.ts'

test('a write knows what it has left, and nothing that another has, or nobody', () => {
  const [one, two] = [ownWrite(), ownWrite()]
  const item = { written_by: one.values[':written_by'] }
  expect(one.left(item)).toBe(true)
  expect(two.left(item)).toBe(false)
  expect(one.left({})).toBe(false)
  expect(one.left(undefined)).toBe(false)
})

test('what it leaves is nothing that somebody could guess', () => {
  const names = Array.from({ length: 100 }, () => ownWrite().values[':written_by'])
  expect(new Set(names).size).toBe(100)
  for (const name of names) expect(name).toMatch(/^[0-9a-f-]{36}$/)
})
