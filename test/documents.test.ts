/** The documents: where they are, that each link and each file named in them is there, and that each command is whole. */
import { spawnSync } from 'node:child_process'
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { anchorOf } from '../lib/monitoring/monitoring.ts'

const ROOT = resolve(import.meta.dirname, '..')
const documents = ['*.md', 'docs/**/*.md', 'examples/**/*.md'].flatMap((pattern) =>
  globSync(pattern, { cwd: ROOT }),
)
const textOf = (file: string) => readFileSync(join(ROOT, file), 'utf8')

/** A document without its samples, in which a hash is no heading. */
const withoutSamples = (file: string) => textOf(file).replaceAll(/^ *```.*?^ *```$/gms, '')

/** The same without code in a line either, in which a bracket is no link. */
const proseOf = (file: string) => withoutSamples(file).replaceAll(/`[^`]*`/g, 'code')

const anchorsOf = (file: string) =>
  [...withoutSamples(file).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
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

test('README is read in one go', () => {
  expect(textOf('README.md').split('\n').length).toBeLessThanOrEqual(200)
})

test('the root has only what is looked for there', () => {
  const atRoot = readdirSync(ROOT).filter((name) => name.endsWith('.md'))
  expect(atRoot.sort()).toEqual(['CHANGELOG.md', 'CONTRIBUTING.md', 'README.md', 'SECURITY.md'])
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

/** Commands that CDK refuses without the stack's name once payfriend.json has several stages. */
const bareCommands = (text: string) =>
  [...text.replaceAll(/\s+/g, ' ').matchAll(/\b(?:npm run|cdk) (?:deploy|destroy)\b(?=(.{0,30}))/g)]
    .filter(([, rest = '']) => !/^(?: --)? "?(?:Payfriend-|Shop\b)/.test(rest))
    .map(([command]) => command)

describe('each command that changes a stack names it', () => {
  test.each(
    documents
      .filter((file) => file !== 'CHANGELOG.md' && !file.startsWith('docs/adr/'))
      .concat('examples/github-actions/deploy.yml'),
  )('in %s', (file) => {
    expect(bareCommands(textOf(file))).toEqual([])
  })

  test('and one that does not would be found', () => {
    const text =
      '`npm run deploy`, then `npm run\n  destroy -- -f`; `npm run deploy -- Payfriend-dev`'
    expect(bareCommands(text)).toHaveLength(2)
  })
})

describe('each block of shell commands can be read by a shell', () => {
  const blocks = documents.flatMap((file) =>
    [...textOf(file).matchAll(/^( *)```sh\n(.*?)^ *```$/gms)].map(
      ([, indent = '', block = '']) => ({
        file,
        first: block.trim().split('\n')[0],
        block: block.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
      }),
    ),
  )
  const complaintsOf = (block: string) =>
    spawnSync('sh', ['-n'], { input: block }).stderr.toString()

  test.each(blocks)('in $file: $first', ({ block }) => {
    expect(complaintsOf(block)).toBe('')
  })

  test('and one that cannot would be found', () => {
    expect(complaintsOf('out() { echo "$1" \n')).not.toBe('')
  })
})

/** The files that a text names, by their place in the repository or the end of it; not a placeholder, nor a folder. */
const filesIn = (text: string) =>
  [...text.matchAll(/`((?:\w[\w.-]*\/)*[\w.-]+\.(?:ts|md|json|yml|mjs|svg))`/g)].map(
    ([, path = '']) => path,
  )

test('each file that CONTRIBUTING names is there', () => {
  const all = globSync('{bin,lib,functions,web,local,test,scripts,docs,examples}/**/*', {
    cwd: ROOT,
  })
  const isThere = (path: string) =>
    existsSync(join(ROOT, path)) || all.some((one) => one.endsWith(`/${path}`))
  const files = filesIn(textOf('CONTRIBUTING.md'))
  expect(files.length).toBeGreaterThan(40)
  expect(files.filter((path) => !isThere(path))).toEqual([])
  expect(isThere('functions/nowhere.ts')).toBe(false)
})

describe('the decisions', () => {
  const files = readdirSync(join(ROOT, 'docs/adr')).filter((name) => name !== 'README.md')
  const headings = files.map((name) => {
    const [, number, title, date] =
      /^# (\d{4})\. (.+)\n\n(\d{4}-\d\d-\d\d), (?:accepted|changed in part|reversed)\b/.exec(
        textOf(join('docs/adr', name)),
      ) ?? []
    return { name, number, title, date }
  })

  test('are numbered from the oldest without a gap, each with its date', () => {
    expect(files.length).toBeGreaterThan(60)
    expect(headings.map(({ number }) => number)).toEqual(
      files.map((_, i) => String(i + 1).padStart(4, '0')),
    )
    expect(headings.filter(({ name, number }) => !name.startsWith(`${number}-`))).toEqual([])
    const dates = headings.map(({ date }) => date)
    expect(dates).toEqual([...dates].sort())
  })

  test('are all in the index, newest first', () => {
    const rows = textOf('docs/adr/README.md')
      .split('\n')
      .filter((line) => line.startsWith('| ['))
    expect(rows).toEqual(
      headings
        .map(({ name, number, title, date }) => `| [${number}](${name}) | ${date} | ${title} |`)
        .reverse(),
    )
  })
})
