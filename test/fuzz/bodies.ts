/** JSON bodies, and what a hostile client makes of one: as a value, as a text, and as bytes. */
import { gzipSync } from 'node:zlib'
import * as fc from 'fast-check'
import { type Node, parseTree } from 'jsonc-parser'

/** One thing done to a JSON value, at a place counted round it. */
export type Change = {
  readonly at: number
  readonly how: 'replace' | 'remove' | 'add' | 'repeat' | 'wrap'
  /** JSON, or what is none. */
  readonly raw: string
  readonly key: string
}

const deep = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`
const long = (length: number) => JSON.stringify('x'.repeat(length))

const NASTY = [
  ...['null', 'true', 'false', '0', '-1', '-0', '1.0', '1e2', '1e308', '1e400', '-1e400', '1e-400'],
  ...['9007199254740993', '123456789012345678901234567890', '9'.repeat(400), '[]', '{}', '[{}]'],
  ...['""', '" "', '"\\u0000"', '"a\\u0000b"', '"\\ud800"', '"\\udc00\\ud800"', '"\\u202epay"'],
  ...[
    '"\\u200b"',
    '"\\ufeffx"',
    '"\\u2066abc\\u2069"',
    '"😀"',
    '"👩‍👩‍👧"',
    '"e\\u0301"',
    '"\\u00e9"',
    '"ﬁve"',
    '"Neville  Longbottom"',
    '"a\\u3000b\\u00a0c"',
    '"علی‌پور"',
    '"葛\\udb40\\udd00城"',
    '"nevіlle@x.y"',
    '"x (n@x.y) ref 4F2K7Q"',
  ],
  ...[
    '"١٢٣"',
    '"𝟏𝟐"',
    '"a\\nb"',
    '"a\\r\\nSet-Cookie: x"',
    '"\\\\"',
    '"\\""',
    '"%00"',

    '"{{x}}"',
  ],
  ...['"<script>alert(1)</script>"', '"\' OR 1=1 --"', '"__proto__"', '"constructor"', '"null"'],
  ...[
    '"NaN"',
    '"Infinity"',
    '"0x10"',
    '"1e3"',
    '"+1"',
    '" 1"',
    '"1 "',
    '"1,00"',
    '"0.00"',
    '"00.1"',
  ],
  ...[
    '"10000.00"',
    '"10000.01"',
    '"9999999999.999"',
    '"0.001"',
    '"20.505"',
    '"EUR"',
    '"eur"',
    '"XXX"',
  ],
  ...[64, 65, 70, 71, 100, 101, 1024, 1025, 7000].map(long),
  ...[1, 15, 16, 17, 100, 2000].map(deep),
  `${'{"a":'.repeat(500)}1${'}'.repeat(500)}`,
  // None of these is JSON.
  ...[
    'NaN',
    '-Infinity',
    "'x'",
    '01',
    '.5',
    '1.',
    '+1',
    '0x1',
    '"\\x41"',
    '"\t"',
    'undefined',
    '',
    '"',
  ],
  `${'['.repeat(4000)}`,
]

const KEYS = [
  ...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'then', 'toJSON', ''],
  ...['payerId', 'payer', 'sub', 'user_id', 'paymentId', 'status', 'requestId', 'amountMinor', 'x'],
  ...[
    'currentCode',
    'code',
    'length',
    '0',
    '$ref',
    'a.b',
    'a[b]',
    '\u0000',
    '\ud800',
    '😀',
    'x'.repeat(300),
  ],
]

export const changes: fc.Arbitrary<Change> = fc.record({
  at: fc.nat(40),
  how: fc.oneof(
    { weight: 5, arbitrary: fc.constant('replace' as const) },
    { weight: 3, arbitrary: fc.constantFrom('remove', 'add', 'repeat', 'wrap') },
  ),
  raw: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...NASTY) },
    {
      weight: 1,
      arbitrary: fc.string({ unit: 'binary', maxLength: 80 }).map((text) => JSON.stringify(text)),
    },
    { weight: 1, arbitrary: fc.json() },
  ),
  key: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...KEYS) },
    { weight: 1, arbitrary: fc.string() },
  ),
})

/** The value as JSON text, with the changes made. */
export function written(value: unknown, changes: readonly Change[]): string {
  let root = treeOf(value)
  for (const change of changes) root = changed(root, change)
  return textOf(root)
}

type Tree = { raw: string } | { list: Tree[] } | { entries: [key: string, inside: Tree][] }

function treeOf(value: unknown): Tree {
  if (Array.isArray(value)) return { list: value.map(treeOf) }
  if (typeof value !== 'object' || value === null) return { raw: JSON.stringify(value) ?? 'null' }
  return { entries: Object.entries(value).map(([key, inside]) => [key, treeOf(inside)]) }
}

function textOf(tree: Tree): string {
  if ('raw' in tree) return tree.raw
  if ('list' in tree) return `[${tree.list.map(textOf).join(',')}]`
  return `{${tree.entries.map(([key, inside]) => `${JSON.stringify(key)}:${textOf(inside)}`).join(',')}}`
}

function changed(root: Tree, { at, how, raw, key }: Change): Tree {
  const holder = { list: [root] }
  const places = placesIn(holder)
  const objects = places.flatMap(({ tree }) => ('entries' in tree ? [tree] : []))
  const { within, n, tree } = places[at % places.length] ?? { within: holder, n: 0, tree: root }
  const set = (inside: Tree) => {
    if ('list' in within) within.list[n] = inside
    else within.entries[n] = [within.entries[n]?.[0] ?? '', inside]
  }
  if (how === 'replace') set({ raw })
  if (how === 'wrap') set({ list: [tree] })
  if (how === 'add') objects[at % (objects.length || 1)]?.entries.push([key, { raw }])
  if (how === 'remove' && within !== holder) {
    if ('list' in within) within.list.splice(n, 1)
    else within.entries.splice(n, 1)
  }
  if (how === 'repeat' && 'entries' in within) {
    within.entries.splice(at % 2 === 0 ? n : n + 1, 0, [within.entries[n]?.[0] ?? '', { raw }])
  }
  return holder.list[0] ?? { raw: '' }
}

type Branch = { list: Tree[] } | { entries: [string, Tree][] }

/** Every place in a tree, the whole of it first. */
function placesIn(branch: Branch): { within: Branch; n: number; tree: Tree }[] {
  const inside = 'list' in branch ? branch.list : branch.entries.map(([, tree]) => tree)
  return inside.flatMap((tree, n) => [
    { within: branch, n, tree },
    ...('raw' in tree ? [] : placesIn(tree)),
  ])
}

const BODY_MAX = 8192
const GATEWAY_MAX = 10 * 1024 * 1024
/** With spaces to so many bytes. */
function padded(text: string, bytes: number): Buffer {
  const body = Buffer.alloc(Math.max(bytes, Buffer.byteLength(text)), ' ')
  body.write(text)
  return body
}

/** How a text becomes bytes. */
const PACKINGS = {
  plain: (text) => Buffer.from(text),
  empty: () => Buffer.alloc(0),
  onlySpaces: () => Buffer.from(' \n'),
  gzip: (text) => gzipSync(text),
  utf16: (text) => Buffer.from(`\ufeff${text}`, 'utf16le'),
  byteOrderMark: (text) => Buffer.from(`\ufeff${text}`),
  latin1: (text) => Buffer.from(text.replace('a', '\u00e9'), 'latin1'),
  invalidUtf8: (text) =>
    Buffer.concat([
      Buffer.from(text.slice(0, 12)),
      Buffer.from([0xff, 0xc0, 0x80]),
      Buffer.from(text.slice(12)),
    ]),
  cut: (text) => Buffer.from(text.slice(0, -1)),
  trailingComma: (text) => Buffer.from(text.replace(/([}\]])$/, ',$1')),
  comment: (text) => Buffer.from(`${text}// x`),
  twice: (text) => Buffer.from(text + text),
  form: () => Buffer.from('code=123456&payee%5Bname%5D=x'),
  oneByteLess: (text) => padded(text, BODY_MAX - 1),
  justFits: (text) => padded(text, BODY_MAX),
  oneByteMore: (text) => padded(text, BODY_MAX + 1),
  atGatewayMax: (text) => padded(text, GATEWAY_MAX),
  overGatewayMax: (text) => padded(text, GATEWAY_MAX + 1),
} satisfies Record<string, (text: string) => Buffer>

export type Packing = keyof typeof PACKINGS

const HUGE: readonly Packing[] = ['atGatewayMax', 'overGatewayMax']
const small = (Object.keys(PACKINGS) as Packing[]).filter((name) => !HUGE.includes(name))
export const packings: fc.Arbitrary<Packing> = fc.oneof(
  { weight: 60, arbitrary: fc.constantFrom(...small) },
  { weight: 1, arbitrary: fc.constantFrom(...HUGE) },
)

export const packed = (text: string, packing: Packing): Buffer => PACKINGS[packing](text)

/** The value that a body is, if it is JSON in UTF-8 and has one meaning. */
export function jsonIn(body: Buffer): { readonly value: unknown } | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body)
    const value: unknown = JSON.parse(text)
    return repeatsKey(parseTree(text)) ? undefined : { value }
  } catch {
    return undefined
  }
}

function repeatsKey(node: Node | undefined): boolean {
  const { type, children = [] } = node ?? {}
  const keys = type === 'object' ? children.map((pair) => pair.children?.[0]?.value) : []
  return new Set(keys).size < keys.length || children.some(repeatsKey)
}
