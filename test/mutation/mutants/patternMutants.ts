/** Small mistakes in a regular expression: an end open, a count one off, a set without one of its members. */
import type { Mutant } from './mutantsOf.ts'

const ATOM = String.raw`(?:\\(?:u\{[^}]+\}|u[\da-fA-F]{4}|[pP]\{[^}]+\}|.)|[^\\\]])`
const MEMBER = new RegExp(`${ATOM}(?:-${ATOM})?`, 'uy')
const OUTSIDE = new RegExp(String.raw`\{\d+(?:,\d*)?\}|${ATOM}|\]`, 'uy')

/** @param source the expression as it is written, with its slashes; `at` is where that begins in the file */
export function patternMutants(source: string, at: number): Mutant[] {
  const end = source.lastIndexOf('/')
  const change = (start: number, length: number, to: string) => ({
    start: at + start,
    end: at + start + length,
    to,
  })
  const found = Array.from(source.slice(end + 1), (_, i) => change(end + 1 + i, 1, ''))
  if (source.startsWith('/^')) found.push(change(1, 1, ''))
  if (/[^\\]\$\//.test(source)) found.push(change(end - 1, 1, ''))

  for (let i = 1; i < end; ) {
    const token = tokenAt(OUTSIDE, source, i)
    if (token === '[') {
      const bracket = source[i + 1] === '^' ? '[^' : '['
      found.push(change(i, bracket.length, bracket === '[' ? '[^' : '['))
      i += bracket.length
      const members: [start: number, length: number][] = []
      while (source[i] !== ']') {
        const { length } = tokenAt(MEMBER, source, i)
        members.push([i, length])
        i += length
      }
      if (members.length > 1) found.push(...members.map((member) => change(...member, '')))
      i += 1
      continue
    }
    if (token === '+' || token === '*') found.push(change(i, 1, ''), change(i, 1, '?'))
    found.push(...counts(token).map((to) => change(i, token.length, to)))
    i += token.length
  }
  return found
}

function tokenAt(pattern: RegExp, source: string, at: number): string {
  pattern.lastIndex = at
  const token = pattern.exec(source)?.[0]
  if (!token) throw new Error(`not understood at ${at}: ${source}`)
  return token
}

/** `{n}`, `{n,}` and `{n,m}`, each end one off. */
function counts(token: string): string[] {
  const [, least, comma, most] = /^\{(\d+)(,?)(\d*)\}$/.exec(token) ?? []
  if (least === undefined) return []
  const n = Number(least)
  if (!comma) return [`{${n},}`, `{1,${n}}`]
  const fewer = n > 0 ? [`{${n - 1},${most}}`] : []
  return most ? [...fewer, `{${n},${Number(most) + 1}}`] : fewer
}
