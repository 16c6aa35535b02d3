/** docs/guarantees.md promises, and each promise names the tests that keep it: here they have to be there. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { expect, test } from 'vitest'

const ROOT = resolve(import.meta.dirname, '..')
const textOf = (file: string) => readFileSync(join(ROOT, file), 'utf8')

const GUARANTEES = 'docs/guarantees.md'
const PROOF = /\[`[^`]+`\]\(([^)]+)\) “([^”]+)”/g

type Proof = { readonly file: string; readonly title: string }
/** The tests that a document names; its links begin at its own folder. */
const proofsIn = (text: string, folder: string): Proof[] =>
  [...text.matchAll(PROOF)].map(([, link = '', title = '']) => ({
    file: join(folder, link),
    title,
  }))

type Guarantee = { readonly what: string; readonly rule: string; readonly proofs: Proof[] }

const guarantees: Guarantee[] = textOf(GUARANTEES)
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .slice(2)
  .map((line) => {
    const [, what = '', rule = '', proof = ''] = line.split('|').map((cell) => cell.trim())
    return { what, rule, proofs: proofsIn(proof, dirname(GUARANTEES)) }
  })

/** Whether a file has a test of exactly this title, whatever quotes it stands in. */
const hasTest = (source: string, title: string) =>
  ["'", '"', '`'].some((quote) => source.includes(`${quote}${title}${quote}`))

test('there is a table of guarantees, and no test is named outside its rows', () => {
  expect(guarantees.length).toBeGreaterThan(30)
  const named = guarantees.flatMap(({ proofs }) => proofs)
  expect(proofsIn(textOf(GUARANTEES), dirname(GUARANTEES))).toEqual(named)
})

test.each(guarantees.map((one) => [one.what, one] as const))('%s', (_, { rule, proofs }) => {
  // The article or rule that it keeps; what is our own promise only says so.
  expect(rule).toMatch(/^(RTS Art\. |OWASP |ASVS |our own$)/)
  expect(proofs.length).toBeGreaterThan(0)
  expect(proofs.filter(({ file, title }) => !hasTest(textOf(file), title))).toEqual([])
})

const THREATS = 'docs/guides/threats.md'
/** Of each threat: what it is, what stops it, and the tests; not the tables without tests. */
const threats = textOf(THREATS)
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .filter((cells) => cells.length === 6 && cells[1] !== 'threat' && !cells[1]?.startsWith('---'))
  .map(([, threat = '', stops = '', proof = '']) => ({
    threat,
    stops,
    proofs: proofsIn(proof, dirname(THREATS)),
  }))

test('THREATS has its threats, and names no test outside their rows', () => {
  expect(threats.length).toBeGreaterThan(20)
  const named = threats.flatMap(({ proofs }) => proofs)
  expect(proofsIn(textOf(THREATS), dirname(THREATS))).toEqual(named)
})

test.each(threats.map((one) => [one.threat, one] as const))(
  'the threat “%s” has tests that show what stops it',
  (_, { stops, proofs }) => {
    expect(stops).not.toBe('')
    expect(proofs.length).toBeGreaterThan(0)
    expect(proofs.filter(({ file, title }) => !hasTest(textOf(file), title))).toEqual([])
  },
)

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
  const told = [
    '.',
    'docs',
    'docs/guides',
    'web',
    'web/views',
    'lib',
    'bin',
    'functions',
    'local',
    'scripts',
  ]
    .flatMap((folder) => readdirSync(join(ROOT, folder)).map((name) => join(folder, name)))
    .filter((file) => /\.(md|html|ts|json)$/.test(file) && !file.includes('package-lock'))
  expect(told.length).toBeGreaterThan(60)
  const sentences = told
    .flatMap((file) => textOf(file).split('\n\n'))
    .flatMap((paragraph) => paragraph.replaceAll(/\s+/g, ' ').split(/(?<=[.:!?]) /))
    // What S3 calls a lock that nobody can shorten.
    .filter((sentence) => /(?<!In |ObjectLockRetention\.)complian/i.test(sentence))
  expect(sentences.length).toBeGreaterThan(0)
  const denial = /^None of this makes anybody “PSD2 compliant”|does not call itself compliant/
  expect(sentences.filter((sentence) => !denial.test(sentence))).toEqual([])
})
