// Of your own files: `npx vitest run test/web/words.test.ts -t web/views/send.ts`; `-t` takes a part of a path.
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { sentencesOf, sentencesOfPage } from './sentences.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const WORDS = 'web/words/'

const files = readdirSync(join(ROOT, 'web'), { recursive: true, encoding: 'utf8' })
  .map((file) => `web/${file.replaceAll('\\', '/')}`)
  .sort()
const textOf = (file: string) => readFileSync(join(ROOT, file), 'utf8')
const code = files.filter((file) => file.endsWith('.ts'))
const catalogue = code.filter((file) => file.startsWith(WORDS))

describe('a sentence that a person reads stands in the catalogue, web/words, and nowhere else', () => {
  test.each(code.filter((file) => !file.startsWith(WORDS)))('%s', (file) => {
    expect(told(file, sentencesOf(textOf(file)))).toEqual([])
  })

  test.each(files.filter((file) => file.endsWith('.html')))('%s', (file) => {
    expect(told(file, sentencesOfPage(textOf(file)))).toEqual([])
  })
})

const told = (file: string, found: ReturnType<typeof sentencesOf>) =>
  found.map(({ line, text }) => `${file}:${line}: ${text}`)

describe('it finds', () => {
  test.each([
    ['a text of an element', "el('p', {}, 'word')", 'word'],
    ['a text that is chosen', "el('p', {}, a === 'b' ? 'word' : null)", 'word'],
    ['a text that may be left out', "el('p', {}, a && 'word')", 'word'],
    ['a text within an element', "el('div', { class: 'a b' }, el('p', {}, 'word'))", 'word'],
    ['a heading', "screen.show('word', more)", 'word'],
    ['a label that is only heard', "el('p', { 'aria-label': 'word' })", 'word'],
    ['a placeholder', "el('input', { type: 'text', placeholder: 'word' })", 'word'],
    ['a label that is set', "list.setAttribute('aria-label', 'word')", 'word'],
    ['a picture’s text', "el('img', { src: 'a.png', alt: 'word' })", 'word'],
    ['a button', "button('go', work, { kind: 'primary' })", 'go'],
    [
      'what a button says while it is busy',
      "button(it, work, { busyLabel: 'One moment' })",
      'One moment',
    ],
    ['a title', "document.title = 'word'", 'word'],
    ['a text that is set', "left.textContent = n === 1 ? 'word' : other", 'word'],
    ['a template', `el('p', {}, \`\${n} seconds\`)`, '{} seconds'],
    ['a template in a constant', `const left = \`You have \${n} left\``, 'You have {} left'],
    ['a concatenation', "const why = name + ' is here'", 'is here'],
    ['what a function answers', "const why = () => { return 'It is gone.' }", 'It is gone.'],
    [
      'what a switch answers',
      "() => { switch (a) { case 'b': return 'It is gone.' } }",
      'It is gone.',
    ],
    ['an entry of a table', "const WHY = { asked: 'You signed out' } as const", 'You signed out'],
    ['what another function is given', "say('Try again')", 'Try again'],
    ['a part that a reader meets inside', "fill(box, 'in ', link)", 'in'],
  ])('%s', (_, source, text) => {
    expect(sentencesOf(source)).toEqual([{ line: 1, text }])
  })

  test.each([
    ['a text', '<p>Word</p>', 'Word'],
    ['a text on a line of its own', 'Word', 'Word'],
    ['a description', '<meta name="description" content="Word" />', 'Word'],
    ['a label that is only heard', '<div id="a" aria-label="Word"></div>', 'Word'],
  ])('in a page %s', (_, source, text) => {
    expect(sentencesOfPage(source)).toEqual([{ line: 1, text }])
  })
})

describe('it lets pass', () => {
  test.each([
    [
      'classes, ids and addresses',
      "el('a', { class: 'button primary', id: 'a', href: '/Word' }, it)",
    ],
    ['names that are compared', "if (kind === 'Word' || kinds.includes('Word')) go()"],
    ['cases', "switch (a) { case 'Enter': go() }"],
    ['imports and types', "import a from 'Word a'\ntype A = 'Word a'\nlet b: 'Word a'"],
    ['what a developer reads', "throw new TypeError('It is gone.'); console.error('It is gone.')"],
    ['selectors', "root.querySelector('form .button')"],
    ['names of features and errors', "const needed = ['Array.prototype.at', 'AbortError']"],
    ['codes and routes', "const at = { view: 'send', path: '/api/payments' }"],
    [
      'a sentence of the catalogue',
      `el('p', {}, words.title, words.left(3), \`\${words.a} \${b}\`)`,
    ],
  ])('%s', (_, source) => {
    expect(sentencesOf(source)).toEqual([])
  })

  test('in a page what stands for a sentence of the catalogue', () => {
    expect(sentencesOfPage('<p title="{title}">{noScript}</p>')).toEqual([])
  })
})

describe('a sentence of the catalogue', () => {
  test.each(catalogue)('%s has quotes and apostrophes as they are printed', (file) => {
    const straight = sentencesOf(textOf(file)).filter(({ text }) => /['"]|\.\.\./.test(text))
    expect(told(file, straight)).toEqual([])
  })

  test.each(catalogue)(
    '%s touches no page: it imports words, and what words amounts and times',
    (file) => {
      const source = textOf(file)
      const imported = [...source.matchAll(/from '([^']+)'/g)].map(([, from]) => from)
      expect(
        imported.filter((from) => /element|form|screen|views|api\.ts/.test(from ?? '')),
      ).toEqual([])
      expect(source).not.toMatch(/\b(document|window|location|localStorage)\./)
    },
  )

  test.each(catalogue)('%s names the service by its brand, which a stage may set', (file) => {
    const named = sentencesOf(textOf(file)).filter(({ text }) => /\bPayfriend\b/.test(text))
    expect(told(file, file.endsWith('/brandName.ts') ? [] : named)).toEqual([])
  })

  test('is there', () => {
    expect(catalogue.length).toBeGreaterThan(0)
  })
})
