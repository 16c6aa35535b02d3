/** docs/guides/words.md, "Another language": that what it says works. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { PAYFRIEND } from '../../lib/brand.ts'
import { browsersSentence } from '../../lib/browsers.ts'
import { bundlePage } from '../../lib/page.ts'
import { htmlWords } from '../../web/words/htmlWords.ts'
import { timeWords } from '../../web/words/timeWords.ts'
import type { workerWords } from '../../web/words/workerWords.ts'
import { language as german } from '../fixtures/german/language.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const folder = join(ROOT, 'test/fixtures/german')

const page = bundlePage(PAYFRIEND, {
  folder,
  html: (name) => ({
    ...htmlWords(name),
    lang: german.page,
    noScript: `${name} braucht JavaScript.`,
    browsers: browsersSentence(name),
  }),
})
const textOf = (path: string): string => page.get(path)?.body.toString() ?? ''
const scripts = [...page.keys()].filter((path) => path.endsWith('.js'))
const inScripts = (text: string): string[] => scripts.filter((path) => textOf(path).includes(text))

test('its words are in the scripts in place of the English ones', () => {
  expect(inScripts('Sekunden')).not.toEqual([])
  expect(inScripts(timeWords.today)).toEqual([])
  expect(textOf('/sw.js')).toContain('Vielleicht wartet etwas')
  expect(textOf('/sw.js')).not.toContain('Something may wait')
})

test('dates and times are written in it', () => {
  expect(inScripts('de-DE')).not.toEqual([])
  expect(inScripts('en-GB')).toEqual([])
})

test('an area that it has no file of is English', () => {
  expect(inScripts('Send payment')).not.toEqual([])
})

test.each(['/index.html', '/approve.html'])('%s says its language, and its words', (path) => {
  expect(textOf(path)).toContain('<html lang="de" dir="ltr">')
  expect(textOf(path)).toContain('Payfriend braucht JavaScript.')
})

test('a sentence that is missing does not compile, and another text in its place does', () => {
  // @ts-expect-error: body is missing
  const lacking: typeof workerWords = { title: 'Payfriend' }
  const complete: typeof workerWords = { title: 'Payfriend', body: 'Tippen Sie hier.' }
  expect(Object.keys({ ...lacking, ...complete })).toEqual(['title', 'body'])
})

test('every file of words can be replaced: nothing in web/ imports one by its path, but of them each other', () => {
  const sources = readdirSync(join(ROOT, 'web'), { recursive: true, encoding: 'utf8' })
  const byPath = sources
    .filter((file) => file.endsWith('.ts'))
    .filter((file) => /from '\.[^']*\bwords\//.test(readFileSync(join(ROOT, 'web', file), 'utf8')))
  expect(byPath).toEqual([])
})
