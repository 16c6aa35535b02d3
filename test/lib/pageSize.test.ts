/** What a browser loads to open each page, in bytes as CloudFront sends them. */
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { bundlePage } from '../../lib/page.ts'

const page = bundlePage()
const textOf = (path: string): string => {
  const file = page.get(path)
  if (!file) throw new Error(`the page has no ${path}`)
  return file.body.toString()
}

/** What a file loads before it begins; `import()` is left out. */
const importsOf = (script: string): string[] =>
  [...script.matchAll(/\b(?:from|import)\s*"\.\/([^"]+)"/g)].map(([, name]) => `/assets/${name}`)

/** The scripts and styles that a page names itself. */
const namedBy = (html: string): string[] =>
  [...textOf(html).matchAll(/(?:src|href)="(\/[^"]+\.(?:js|css))"/g)].map(([, path = '']) => path)

/** The html, what it names, and what that imports, and so on. */
function openedWith(html: string): ReadonlySet<string> {
  const found = new Set([html])
  const add = (path: string) => {
    if (found.has(path)) return
    found.add(path)
    if (path.endsWith('.js')) importsOf(textOf(path)).forEach(add)
  }
  namedBy(html).forEach(add)
  return found
}

const gzipped = (paths: Iterable<string>): number =>
  [...paths].reduce((sum, path) => sum + gzipSync(textOf(path)).length, 0)

test.each([
  // 30 KB.
  ['/index.html', 30_720],
  ['/approve.html', 30_000],
])('%s opens with at most %i bytes', (html, bytesMax) => {
  const bytes = gzipped(openedWith(html))
  expect(bytes).toBeLessThanOrEqual(bytesMax)
  // A bound that nothing comes near to would bind nothing.
  expect(bytes).toBeGreaterThan(bytesMax * 0.9)
})

test.each(['/index.html', '/approve.html'])(
  '%s names all that it opens with, so that no file waits for another',
  (html) => {
    const named = namedBy(html)
    expect([...openedWith(html)].filter((path) => path !== html).sort()).toEqual(
      [...new Set(named)].sort(),
    )
    // The style, the check of the browser, what follows it, and what that shares with the parts loaded later.
    expect(named.length).toBeLessThanOrEqual(4)
  },
)

test('what a payer seldom needs is loaded later: phones, notices, the list, the end, sign-in, and why no text came', () => {
  const opened = [...openedWith('/index.html'), ...openedWith('/approve.html')].join('\n')
  for (const part of [
    'showOfPhone',
    'notices',
    'payments',
    'result',
    'signIn',
    'qr',
    'adding',
    'noSmsCode',
  ]) {
    expect([...page.keys()].filter((path) => path.startsWith(`/assets/${part}-`))).toHaveLength(1)
    expect(opened).not.toContain(`/assets/${part}-`)
  }
})

test('no file is loaded by both pages but the style', () => {
  const all = (html: string) => {
    const found = new Set<string>()
    const add = (path: string) => {
      if (found.has(path) || !path.endsWith('.js')) return
      found.add(path)
      const later = [...textOf(path).matchAll(/\bimport\("\.\/([^"]+)"\)/g)]
      for (const one of [...importsOf(textOf(path)), ...later.map(([, name]) => `/assets/${name}`)])
        add(one)
    }
    namedBy(html).forEach(add)
    return found
  }
  const ofPhone = all('/approve.html')
  expect(all('/index.html').size).toBeGreaterThan(8)
  expect([...all('/index.html')].filter((path) => ofPhone.has(path))).toEqual([])
})

test('each file with a library in it has its licence’s notice, and no other', () => {
  const withNotice = [...page.keys()]
    .filter((path) => path.endsWith('.js') && textOf(path).startsWith('/*!'))
    .map((path) => path.replace(/^\/assets\/(\w+)-.*/, '$1'))
  expect(withNotice.sort()).toEqual(['qr', 'showOfPhone', 'signIn'])
})
