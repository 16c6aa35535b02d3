import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { costsTable } from '../../scripts/costs.ts'

test('docs/guides/costs.md has the table that `npm run costs` prints', () => {
  const text = readFileSync(resolve(import.meta.dirname, '../../docs/guides/costs.md'), 'utf8')
  expect(text).toContain(`\n\n${costsTable()}\n`)
})
