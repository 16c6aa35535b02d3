/** The oldest browsers that the page works in, as `browserslist` in package.json names them. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { browsersSentence as worded } from '../web/words/htmlWords.ts'

/** The common name of each browser of browserslist, and esbuild's name of its engine. */
const BROWSERS: Readonly<
  Record<string, { readonly name: string; readonly engine: (version: string) => string }>
> = {
  chrome: { name: 'Chrome', engine: (version) => `chrome${version}` },
  and_chr: { name: 'Chrome', engine: (version) => `chrome${version}` },
  edge: { name: 'Edge', engine: (version) => `edge${version}` },
  firefox: { name: 'Firefox', engine: (version) => `firefox${version}` },
  and_ff: { name: 'Firefox', engine: (version) => `firefox${version}` },
  safari: { name: 'Safari', engine: (version) => `safari${version}` },
  ios_saf: { name: 'iOS', engine: (version) => `ios${version}` },
  samsung: { name: 'Samsung Internet', engine: chromiumOfSamsung },
}

export type OldestBrowser = {
  readonly name: string
  readonly version: string
  readonly engine: string
}

/** Parse a list in which each entry is `browser >= version`; throws for any other entry. */
export function readBrowsers(list: readonly string[]): OldestBrowser[] {
  return list.map((entry) => {
    const [, id = '', version = ''] = /^(\w+) >= ([\d.]+)$/.exec(entry) ?? []
    const browser = BROWSERS[id]
    if (!browser) throw new Error(`browserslist: "${entry}" is not "browser >= version"`)
    return { name: browser.name, version, engine: browser.engine(version) }
  })
}

const { browserslist } = JSON.parse(
  readFileSync(resolve(import.meta.dirname, '../package.json'), 'utf8'),
) as { browserslist: string[] }

export const oldestBrowsers = readBrowsers(browserslist)

/** esbuild's `target`: the page uses only syntax that each of them understands. */
export const pageTarget = [...new Set(oldestBrowsers.map(({ engine }) => engine))]

/** The sentence about browsers on the page of a service of this name, and in README. */
export const browsersSentence = (name = 'Payfriend'): string =>
  worded(name, [...new Set(oldestBrowsers.map(({ name, version }) => `${name} ${version}`))])

/** esbuild knows Samsung Internet only by the Chromium version inside, which Samsung publishes. */
function chromiumOfSamsung(version: string): string {
  const chromium = { '17': 96, '18': 99, '19': 102, '20': 106 }[version]
  if (chromium === undefined)
    throw new Error(`no Chromium is known for Samsung Internet ${version}`)
  return `chrome${chromium}`
}
