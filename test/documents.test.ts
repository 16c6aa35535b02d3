/** The documents: where they are, and that each link in them leads somewhere. */
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { anchorOf } from '../lib/monitoring/monitoring.ts'

const ROOT = resolve(import.meta.dirname, '..')
const documents = ['*.md', 'docs/**/*.md', 'examples/*.md'].flatMap((pattern) =>
  globSync(pattern, { cwd: ROOT }),
)
const textOf = (file: string) => readFileSync(join(ROOT, file), 'utf8')

/** A document without its samples, in which a bracket is no link and a hash no heading. */
const proseOf = (file: string) =>
  textOf(file)
    .replaceAll(/^ *```.*?^ *```$/gms, '')
    .replaceAll(/`[^`\n]*`/g, 'code')

const anchorsOf = (file: string) =>
  [...proseOf(file).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    anchorOf(heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')),
  )

/** The links of a document that stay within this repository and lead nowhere. */
function brokenLinks(file: string, text = proseOf(file)): string[] {
  const links = [...text.matchAll(/\]\(([^)\s]+)\)|\b(?:src|srcset)="([^"]+)"/g)]
  return links
    .map(([, link, picture]) => link ?? picture ?? '')
    .filter((link) => !/^https?:/.test(link))
    .filter((link) => {
      const [path = '', anchor] = link.split('#')
      const target = path === '' ? file : join(dirname(file), path)
      if (!existsSync(join(ROOT, target))) return true
      return anchor !== undefined && !anchorsOf(target).includes(anchor)
    })
}

test('the root has only what is looked for there', () => {
  const atRoot = readdirSync(ROOT).filter((name) => name.endsWith('.md'))
  expect(atRoot.sort()).toEqual(['CHANGELOG.md', 'DECISIONS.md', 'README.md', 'SECURITY.md'])
})

describe('each link leads somewhere', () => {
  test.each(documents)('in %s', (file) => {
    expect(brokenLinks(file)).toEqual([])
  })

  test('and one that does not would be found', () => {
    const text =
      '[a](nowhere.md) [b](#no-such-heading) [c](SECURITY.md#no-such-heading) [d](LICENSE)'
    expect(brokenLinks('README.md', text)).toEqual([
      'nowhere.md',
      '#no-such-heading',
      'SECURITY.md#no-such-heading',
    ])
  })
})
