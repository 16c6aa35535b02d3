import { expect, test } from 'vitest'
import { evidenceText } from '../../../scripts/evidence/evidenceText.ts'
import { callback, kept, keyOf, pages, records } from './records.ts'

const all = pages(records['approved by push'])
const found = { paymentId: 'x', kept: all.map(kept), pages: all, problems: [] }

test('what did not come back is told as none, and not left out', () => {
  const evidence = { ...callback, device_signature: null }
  const without = pages({ ...records['approved by push'], evidence })
  expect(evidenceText({ ...found, pages: without })).toMatch(/device_signature +none/)
})

test('a record with something wrong in it says so before anything else, and says nothing is verified', () => {
  const problems = [{ key: keyOf(2), what: 'is not JSON' }]
  const text = evidenceText({ ...found, problems })
  expect(text).toMatch(/^THIS RECORD IS NOT PROVEN/)
  expect(text).toContain(`${keyOf(2)}: is not JSON`)
  expect(text).not.toContain('Verified')
})

test('a record of which no page can be read tells nothing but what is wrong', () => {
  const problems = [{ key: keyOf(1), what: 'is not JSON' }]
  expect(evidenceText({ ...found, pages: [], problems })).toContain(
    'Payment x: no page can be read.',
  )
})

test('without the table it says that an end may be missing', () => {
  expect(evidenceText({ ...found, whyNotCompared: 'it is not there' })).toContain(
    'Pages that are missing at the end were not noticed.',
  )
})
