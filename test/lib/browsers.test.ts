/** The browsers that the page is made for: one list, and everything else says the same. */
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { browsersSentence, oldestBrowsers, pageTarget, readBrowsers } from '../../lib/browsers.ts'
import { bundlePage } from '../../lib/page.ts'
import packageJson from '../../package.json' with { type: 'json' }
import { PHONE_NEEDED } from '../../web/approve/phoneCheck.ts'
import { NEEDED } from '../../web/browserCheck.ts'
import { needed, optional, optionalOnPhone, tempting } from '../web/browserApis.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const page = bundlePage()
/** The files of this kind as one text. */
const fileLike = (name: RegExp) => {
  const found = [...page].filter(([path]) => name.test(path))
  if (found.length === 0) throw new Error(`the page has no ${name}`)
  return found.map(([, { body }]) => body.toString()).join('\n')
}
/** All scripts of one page, at once or later, without the list of what it asks for, which names it too. */
function scriptOf(html: string, needed: readonly string[]): string {
  const found = new Map<string, string>()
  const add = (text: string) => {
    for (const [, name = ''] of text.matchAll(/["/]([\w-]+\.js)"/g)) {
      const script = page.get(`/assets/${name}`)?.body.toString()
      if (script === undefined || found.has(name)) continue
      found.set(name, script)
      add(script)
    }
  }
  add(fileLike(new RegExp(`^/${html}$`)))
  const all = [...found.values()].join('\n')
  return needed.reduce((text, path) => text.replace(`"${path}"`, ''), all)
}
const script = scriptOf('index.html', NEEDED)
const phoneScript = scriptOf('approve.html', PHONE_NEEDED)
const style = fileLike(/\.css$/)

/** The oldest that people are told of, e.g. `Safari` → 15.4. */
const oldest = new Map(oldestBrowsers.map(({ name, version }) => [name, Number(version)]))
const isNewerThanTheList = (since: object) =>
  Object.entries(since).some(([name, version]) => version === null || version > floorOf(name))

/** Compared as numbers, 15.10 would be older than 15.4; browsers have not counted like that so far. */
function floorOf(name: string): number {
  const floor = oldest.get(name)
  if (floor === undefined) throw new Error(`the list has no ${name}`)
  return floor
}

describe('the list', () => {
  test('names the browsers of phones and computers, one version for each name', () => {
    const versions = new Set(oldestBrowsers.map(({ name, version }) => `${name} ${version}`))
    expect([...versions]).toHaveLength(oldest.size)
    expect([...oldest.keys()]).toEqual(
      expect.arrayContaining(['Chrome', 'Edge', 'Firefox', 'Safari', 'iOS', 'Samsung Internet']),
    )
    expect(oldest.get('iOS')).toBe(oldest.get('Safari'))
  })

  test('is what the page’s script and style are made for', () => {
    const engines = packageJson.browserslist.map((entry) => entry.replace(' >= ', ''))
    const known = engines.map((engine) => engine.replace('and_chr', 'chrome'))
    expect(pageTarget).toEqual(
      expect.arrayContaining(known.filter((each) => /^(chrome|edge|firefox|safari)/.test(each))),
    )
    expect(pageTarget).toContain(`ios${oldest.get('iOS')}`)
    expect(readFileSync(join(ROOT, 'lib/pageScripts.ts'), 'utf8')).toMatch(/\btarget: pageTarget,/)
  })

  test('is what README and the page tell people', () => {
    const readme = readFileSync(join(ROOT, 'README.md'), 'utf8').replaceAll(/\s+/g, ' ')
    expect(readme).toContain(browsersSentence())
    expect(page.get('/index.html')?.body.toString()).toContain(browsersSentence())
    for (const [name, version] of oldest) expect(browsersSentence()).toContain(`${name} ${version}`)
  })

  test.each(['last 2 versions', 'opera >= 80', 'safari > 15.4', 'samsung >= 99'])(
    'cannot say “%s”, which nothing here could check',
    (entry) => {
      expect(() => readBrowsers([entry])).toThrow(/browserslist|Samsung Internet 99/)
    },
  )
})

describe('the page uses', () => {
  test('what each browser on the list has, or what it asks for at its start', () => {
    expect([...NEEDED].sort()).toEqual(Object.keys(needed).sort())
    const turnedAway = Object.entries(needed).filter(([, since]) => isNewerThanTheList(since))
    expect(turnedAway).toEqual([])
  })

  test.each(Object.entries(tempting).filter(([, since]) => isNewerThanTheList(since)))(
    'no %s, which is newer than the list',
    (path) => {
      expect(script).not.toMatch(useOf(path))
      expect(phoneScript).not.toMatch(useOf(path))
    },
  )

  test.each(Object.keys({ ...needed, ...optional }))('%s, which would be found', (path) => {
    expect(script).toMatch(useOf(path))
  })

  test.each(Object.keys(optionalOnPhone))(
    '%s on the phone’s page, which would be found',
    (path) => {
      expect(phoneScript).toMatch(useOf(path))
      expect(script).not.toMatch(useOf(path))
    },
  )

  test('only the language of 2022, so that TypeScript finds what is newer', () => {
    const config = JSON.parse(readFileSync(join(ROOT, 'web/tsconfig.json'), 'utf8'))
    expect(config.compilerOptions.lib).toEqual(['es2022', 'dom', 'dom.iterable'])
  })

  test('no regular expression that Safari before 16.4 can’t read', () => {
    expect(script).not.toMatch(/\(\?<[=!]/)
    expect(phoneScript).not.toMatch(/\(\?<[=!]/)
  })
})

describe('an older browser', () => {
  /** It leaves out a whole rule for the one selector that it doesn't know. */
  test('loses no other rule with one that it can’t read', () => {
    const mixed = [...style.matchAll(/([^{}]+)\{/g)]
      .map(([, selectors = '']) => selectors)
      .filter((selectors) => !selectors.startsWith('@') && selectors.includes(':has('))
      .filter((selectors) => !selectors.split(',').every((each) => each.includes(':has(')))
    expect(style).toContain(':has(')
    expect(mixed).toEqual([])
  })

  test('shows where the focus is, though it can’t draw it around the label', () => {
    const [before = ''] = style.split('.radio input:focus-visible{outline:none}')
    expect(before.length).toBeLessThan(style.length)
    expect(before).toMatch(/@supports selector\(:has\(:focus-visible\)\)\{$/)
  })

  test('is told so by the page itself, also where no script can run', () => {
    expect(page.get('/index.html')?.body.toString()).toMatch(
      /<p class="late">\s*If nothing more appears here, load this page again, or open it in a newer browser\./,
    )
  })
})

/** How a script names it: a static by its whole path, a method by its dot. */
function useOf(path: string): RegExp {
  const [, method] = path.split('.prototype.')
  return method === undefined
    ? new RegExp(`(?<![\\w.])${path.replaceAll('.', '\\.')}\\b`)
    : new RegExp(`\\.${method}\\b`)
}
