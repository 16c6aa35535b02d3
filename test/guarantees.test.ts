/** docs/guarantees.md promises, and each promise names the tests that keep it: here they have to be there. */
import { globSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { expect, test } from 'vitest'

const ROOT = resolve(import.meta.dirname, '..')
const textOf = (file: string) => readFileSync(join(ROOT, file), 'utf8')

const GUARANTEES = 'docs/guarantees.md'
const THREATS = 'docs/guides/threats.md'
const PROOF = /\[`[^`]+`\]\(([^)]+)\) “([^”]+)”/g

type Proof = { readonly file: string; readonly title: string }
/** The tests that a text of this document names; its links begin at the document's own folder. */
const proofsIn = (document: string, text = textOf(document)): Proof[] =>
  [...text.matchAll(PROOF)].map(([, link = '', title = '']) => ({
    file: join(dirname(document), link),
    title,
  }))

type Guarantee = { readonly what: string; readonly rule: string; readonly proofs: Proof[] }

const guarantees: Guarantee[] = textOf(GUARANTEES)
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .slice(2)
  .map((line) => {
    const [, what = '', rule = '', proof = ''] = line.split('|').map((cell) => cell.trim())
    return { what, rule, proofs: proofsIn(GUARANTEES, proof) }
  })

/** Whether a file has a test of exactly this title, whatever quotes it stands in. */
const hasTest = (source: string, title: string) =>
  ["'", '"', '`'].some((quote) => source.includes(`${quote}${title}${quote}`))

/** Of each threat: what it is, what stops it, and the tests; not the tables without tests. */
const threats = textOf(THREATS)
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .filter((cells) => cells.length === 6 && cells[1] !== 'threat' && !cells[1]?.startsWith('---'))
  .map(([, threat = '', stops = '', proof = '']) => ({
    threat,
    stops,
    proofs: proofsIn(THREATS, proof),
  }))

/** An article or a rule; what is our own promise only says so. */
const RULE = /^(RTS Art\. |OWASP |ASVS |our own$)/

test('every guarantee and every threat has tests, and every test that a document names is there', () => {
  const lacking = [
    ...guarantees.filter(({ rule, proofs }) => !RULE.test(rule) || proofs.length === 0),
    ...threats.filter(({ stops, proofs }) => stops === '' || proofs.length === 0),
  ]
  expect(lacking).toEqual([])
  expect(guarantees.length).toBeGreaterThan(30)
  expect(threats.length).toBeGreaterThan(20)
  // In these two none stands outside the rows.
  expect(proofsIn(GUARANTEES)).toEqual(guarantees.flatMap(({ proofs }) => proofs))
  expect(proofsIn(THREATS)).toEqual(threats.flatMap(({ proofs }) => proofs))

  const documents = ['*.md', 'docs/**/*.md'].flatMap((pattern) => globSync(pattern, { cwd: ROOT }))
  const all = documents.flatMap((document) => proofsIn(document))
  expect(all.length).toBeGreaterThan(100)
  expect(all.filter(({ file, title }) => !hasTest(textOf(file), title))).toEqual([])
})

test('that the page alone keeps the five minutes is said where they are promised', () => {
  for (const file of [GUARANTEES, 'SECURITY.md']) {
    const text = textOf(file).replaceAll(/\s+/g, ' ')
    expect(text).toContain('Art. 4(3)(d)')
    expect(text).toContain('are kept by the page, not by the API')
    expect(text).not.toMatch(/nothing signs out|not counted yet/)
  }
})

test('a title that no test has would be caught', () => {
  const [{ file } = { file: '' }] = guarantees.flatMap(({ proofs }) => proofs)
  expect(hasTest(textOf(file), 'approves whatever it is asked to')).toBe(false)
})

test('no test is left out of a run', () => {
  const files = readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })
  const tests = files.filter((file) => file.endsWith('.test.ts') && !file.startsWith('guarantees'))
  expect(tests.length).toBeGreaterThan(50)
  const leftOut =
    /\b(test|describe|it)\.(skip|only|todo|skipIf|runIf|fails)\b|\bxit\(|\bxdescribe\(/
  expect(tests.filter((file) => leftOut.test(textOf(join('test', file))))).toEqual([])
})

test('nowhere is anybody said to be compliant: that is a payment institution’s own duty', () => {
  const folders = ['docs', 'web', 'lib', 'bin', 'functions', 'local', 'scripts']
  const told = ['.', ...folders]
    .flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: folder !== '.', encoding: 'utf8' }).map((name) =>
        join(folder, name),
      ),
    )
    .filter((file) => /\.(md|html|ts|json)$/.test(file) && !file.includes('package-lock'))
  expect(told.length).toBeGreaterThan(60)
  const sentences = told
    .flatMap((file) => textOf(file).split('\n\n'))
    .flatMap((paragraph) => paragraph.replaceAll(/\s+/g, ' ').split(/(?<=[.:!?]) /))
    // What S3 calls a lock that nobody can shorten, quoted or as a member, is no claim.
    .map((sentence) => sentence.replaceAll(/["'`]compliance["'`]|mode compliance/gi, ''))
    .filter((sentence) => /complian/i.test(sentence))
  expect(sentences.length).toBeGreaterThan(0)
  const denial = /^None of this makes anybody “PSD2 compliant”|does not call itself compliant/
  expect(sentences.filter((sentence) => !denial.test(sentence))).toEqual([])
})
