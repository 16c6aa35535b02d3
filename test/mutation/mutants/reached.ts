/** The parts of files that run as one, marked so that each tells when it runs. */
import type { Mutant } from './mutantsOf.ts'
import { isInFunction, type Node, nodesOf, type Place } from './syntax.ts'

/** A statement, or what an arrow gives. The first of a file is the file itself, being loaded. */
type Region = {
  readonly start: number
  readonly end: number
  readonly form: 'statement' | 'branch' | 'value'
}

const FILE_LOADED = 0

export type MarkedFile = {
  readonly file: string
  readonly text: string
  /** The number of its first region: each has one, of all files. */
  readonly first: number
  readonly regions: readonly Region[]
  /** Every name in it, and where. */
  readonly names: readonly { readonly name: string; readonly at: number }[]
  /** What stands in it, and what that is called. */
  readonly declared: readonly {
    readonly start: number
    readonly end: number
    readonly names: readonly string[]
  }[]
}

export function markedFile(file: string, text: string, first: number): MarkedFile {
  const places = [...nodesOf(text)]
  const whole: Region = { start: 0, end: text.length, form: 'statement' }
  return {
    file,
    text,
    first,
    regions: [whole, ...places.flatMap(regionAt)],
    names: places.filter(isReference).map(({ node }) => ({
      name: text.slice(node.start, node.end),
      at: node.start,
    })),
    declared: places
      .filter(({ around }) => around.every(({ type }) => type === 'ExportNamedDeclaration'))
      .flatMap(({ node }) => declaredBy(node)),
  }
}

/** The text with a mark in each region, which tells the region's number. */
export function markedText({ text, regions, first }: MarkedFile): string {
  const starts: Insertion[] = []
  const ends: Insertion[] = []
  for (const [i, { start, end, form }] of regions.entries()) {
    const mark = `globalThis.__reached?.(${first + i})`
    if (form === 'statement') starts.push({ at: start, what: `${mark};` })
    else {
      const [open, close] = form === 'branch' ? [`{${mark};`, '}'] : [`(${mark},`, ')']
      starts.push({ at: start, what: open })
      // What is within ends first.
      ends.unshift({ at: end, what: close })
    }
  }
  let from = 0
  let result = ''
  for (const { at, what } of [...ends, ...starts].sort((a, b) => a.at - b.at)) {
    result += text.slice(from, at) + what
    from = at
  }
  return result + text.slice(from)
}

type Insertion = { readonly at: number; readonly what: string }

/** Where a mutant shows; `isLoaded`: it is part of what runs when its file is loaded. */
export type Shown = { readonly regions: ReadonlySet<number>; readonly isLoaded: boolean }

/**
 * The regions in which a mutant shows: the smallest that it is in; or, if that is what runs when the file
 * is loaded, those that use what is declared there, by its name.
 */
export function shownIn(mutant: Mutant, own: MarkedFile, all: readonly MarkedFile[]): Shown {
  const { start, end } = mutant
  const innermost = innermostAt(own, start, end)
  if (innermost !== FILE_LOADED) {
    return { regions: new Set([own.first + innermost]), isLoaded: false }
  }

  const found = new Set<number>()
  const asked = new Set<string>()
  const follow = (marked: MarkedFile, from: number, to: number) => {
    const declared = marked.declared.find((one) => one.start <= from && to <= one.end)
    if (!declared) found.add(marked.first)
    for (const name of declared?.names ?? []) {
      if (asked.has(name)) continue
      asked.add(name)
      for (const other of all) {
        for (const { at } of other.names.filter((one) => one.name === name)) {
          const region = innermostAt(other, at, at + name.length)
          if (region !== FILE_LOADED) found.add(other.first + region)
          else follow(other, at, at + name.length)
        }
      }
    }
  }
  follow(own, start, end)
  return { regions: found, isLoaded: true }
}

const innermostAt = ({ regions }: MarkedFile, start: number, end: number) =>
  regions.findLastIndex((region) => region.start <= start && end <= region.end)

/** Not `then` in `value.then` or in `{ then: value }`. */
function isReference({ node, around: [parent] }: Place): boolean {
  if (node.type !== 'Identifier') return false
  if (parent?.type === 'MemberExpression') return parent.object === node || parent.computed
  return !(parent?.type === 'Property' && parent.key === node && !parent.shorthand)
}

function regionAt({ node, around }: Place): Region[] {
  const { start, end, type } = node
  const parent = around[0]
  if (!parent || !isInFunction(around)) return []
  if (parent.type === 'ArrowFunctionExpression') {
    const isValue = parent.body === node && type !== 'BlockStatement'
    return isValue ? [{ start, end, form: 'value' }] : []
  }
  const isStatement = /Statement$/.test(type) || type === 'VariableDeclaration'
  if (!isStatement || type === 'BlockStatement') return []
  if (parent.type === 'BlockStatement') return [{ start, end, form: 'statement' }]
  return parent.type === 'IfStatement' ? [{ start, end, form: 'branch' }] : []
}

function declaredBy(node: Node): MarkedFile['declared'][number][] {
  const { start, end } = node
  if (node.type === 'FunctionDeclaration' || node.type === 'ClassDeclaration') {
    return node.id ? [{ start, end, names: [node.id.name] }] : []
  }
  if (node.type !== 'VariableDeclaration') return []
  return node.declarations.map(({ id, start, end }) => ({
    start,
    end,
    names: id.type === 'Identifier' ? [id.name] : [],
  }))
}
