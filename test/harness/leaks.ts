/** Test support: finds what must never be written down (codes, numbers, keys, tokens) in what was. */
import { format } from 'node:util'

export type Secrets = {
  readonly codes: Iterable<string>
  /** In international form. */
  readonly numbers: Iterable<string>
  /** Whatever is secret wherever it stands, by its kind. */
  readonly others: Readonly<Record<string, readonly (string | RegExp)[]>>
}

/** A JWT, by its first two parts; how each begins can stand in any id. */
export const ANY_TOKEN = /eyJ[\w-]+\.[\w-]+\./

/** A device's proof in the evidence of a decision: bound to one request and over after a minute, so no secret there. */
export const withoutProof = (write: string): string =>
  write.replace(/"proof":\{"S":"eyJ[\w.-]+"\}/, '')

export type Leak = { readonly kind: string; readonly text: string }

/** What was written to the table of payments by every harness that has ended, as it was sent. */
export const paymentWrites: string[] = []

/** Ids of ours and of the provider, in which any digits can come together. */
const IDS =
  /\b[A-Za-z0-9_-]{22}\b|\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b|\b(V[AE])?[0-9a-f]{32,64}\b/g
/** All of a number but its country. */
const NATIONAL_DIGITS = 10

/**
 * Which secrets stand in a text. A code counts where no digit stands beside it, since any long number has
 * some in it; a number however it is spaced, and without its country too.
 */
export function leakFinder({ codes, numbers, others }: Secrets): (text: string) => Leak[] {
  const sent = new Set(codes)
  const national = new Set([...numbers].map((number) => number.slice(-NATIONAL_DIGITS)))
  return (whole) => {
    const text = whole.replace(IDS, '')
    const runs = text.match(/\d+/g) ?? []
    const spaced =
      text
        .replace(/[()]/g, '')
        .replace(/(?<=\d)[ .-]+(?=\d)/g, '')
        .match(/\d+/g) ?? []
    const found = {
      code: runs.some((run) => sent.has(run)),
      number: [...runs, ...spaced].some((run) => isNumberIn(run, national)),
      ...Object.fromEntries(
        Object.entries(others).map(([kind, all]) => [kind, all.some((one) => isIn(whole, one))]),
      ),
    }
    return Object.entries(found).flatMap(([kind, isThere]) =>
      isThere ? [{ kind, text: whole }] : [],
    )
  }
}

const isIn = (whole: string, one: string | RegExp) =>
  typeof one === 'string' ? whole.includes(one) : one.test(whole)

function isNumberIn(run: string, national: ReadonlySet<string>): boolean {
  for (let at = 0; at + NATIONAL_DIGITS <= run.length; at += 1) {
    if (national.has(run.slice(at, at + NATIONAL_DIGITS))) return true
  }
  return false
}

/** From now on everything that this process writes goes into the list, and nowhere else, until it is let go. */
export function overhear(written: string[]): () => void {
  const methods = ['log', 'info', 'warn', 'error', 'debug', 'trace'] as const
  const streams = [process.stdout, process.stderr]
  const before = { console: { ...console }, writes: streams.map(({ write }) => write) }
  for (const method of methods) {
    console[method] = (...parts) => void written.push(format(...parts))
  }
  for (const stream of streams) {
    stream.write = (chunk: unknown) => {
      written.push(String(chunk))
      return true
    }
  }
  return () => {
    for (const method of methods) console[method] = before.console[method]
    for (const [n, stream] of streams.entries()) stream.write = before.writes[n] ?? stream.write
  }
}
