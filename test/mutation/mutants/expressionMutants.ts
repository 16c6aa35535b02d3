/**
 * Small mistakes in what the database is asked: a condition without one of its conjuncts, a boundary
 * moved, a clause that sets something else. Every name and value stays in use, because DynamoDB refuses
 * what is not, and a test that sees only that sees nothing.
 */
import type { Mutant } from './mutantsOf.ts'
import type { Node } from './syntax.ts'

type Kind = 'condition' | 'update' | 'names'

/** Whether a text is one of DynamoDB's expressions, or a part of one. */
export const isExpression = (node: Node, around: readonly Node[], text: string): boolean =>
  kindOf(node, around, text) !== undefined

export function expressionMutants(node: Node, around: readonly Node[], text: string): Mutant[] {
  const kind = kindOf(node, around, text)
  const written = text.slice(node.start + 1, node.end - 1)
  // What stands in ${…} is somebody else's to change.
  const plain = masked(node, text)
  const at = node.start + 1
  const changes = kind === 'condition' ? inCondition(plain, written) : inUpdate(plain, written)
  return changes.map(({ start, end, to }) => ({ start: at + start, end: at + end, to }))
}

function kindOf(node: Node, around: readonly Node[], text: string): Kind | undefined {
  if (node.type !== 'TemplateLiteral' && !(node.type === 'Literal' && 'value' in node)) return
  if (node.type === 'Literal' && typeof node.value !== 'string') return
  const plain = masked(node, text)
  const key = keyOf(around)
  if (key === 'KeyConditionExpression' || key === 'IndexName') return
  if (/^(SET|REMOVE|ADD) /.test(plain)) return 'update'
  if (/^(set|remove|add)$/.test(key) && /^[#\w§]+( = |, | :\w+$|$)/.test(plain)) return 'update'
  if (/attribute_(not_)?exists\(| (OR|AND|<|<=|>|>=|<>) :?\w|^size\(/.test(plain))
    return 'condition'
  if (/^[\w#§.]+ = :[\w§]+$/.test(plain)) return 'condition'
  if (/^\w+ = :\w+,/.test(plain) || /^\w+ :\w+$/.test(plain)) return 'update'
  return /^[a-z]+_[a-z_]+(, [a-z]+_[a-z_]+)+$/.test(plain) ? 'update' : undefined
}

/** The nearest name that something is given to. */
export function keyOf(around: readonly Node[]): string {
  for (const node of around) {
    const name = node.type === 'Property' ? node.key : node.type === 'VariableDeclarator' && node.id
    if (name && name.type === 'Identifier') return name.name
    if (/Function|Call/.test(node.type)) return ''
  }
  return ''
}

/** As written, with § for all that is filled in. */
function masked(node: Node, text: string): string {
  let plain = text.slice(node.start + 1, node.end - 1)
  if (node.type !== 'TemplateLiteral') return plain
  for (const [i, { end }] of node.quasis.slice(0, -1).entries()) {
    const next = node.quasis[i + 1]
    if (!next) continue
    const [from, to] = [end - node.start - 1, next.start - node.start - 1]
    plain = plain.slice(0, from) + '§'.repeat(to - from) + plain.slice(to)
  }
  return plain
}

type Part = { readonly start: number; readonly end: number }
type Change = Part & { readonly to: string }

function inCondition(plain: string, written: string): Change[] {
  const found: Change[] = []
  const of = ({ start, end }: Part) => written.slice(start, end)
  for (const conjunct of split(plain, ' AND ', { start: 0, end: plain.length })) {
    // True whatever is stored, as if it were not there.
    found.push({ ...conjunct, to: `(${of(conjunct)} OR NOT ${of(conjunct)})` })
    const inner = { start: conjunct.start + 1, end: conjunct.end - 1 }
    const alternatives = plain[conjunct.start] === '(' ? split(plain, ' OR ', inner) : []
    if (alternatives.length < 2) continue
    for (const one of alternatives) found.push({ ...one, to: `(${of(one)} AND NOT ${of(one)})` })
  }
  return [...found, ...swapped(plain, CONDITION_SWAPS)]
}

function inUpdate(plain: string, written: string): Change[] {
  const found: Change[] = []
  for (const { 0: section, index } of plain.matchAll(SECTION)) {
    const word = /^\s*(SET|REMOVE|ADD)\s+/.exec(section)?.[0].length ?? 0
    const clauses = split(plain, ',', { start: index + word, end: index + section.length })
    for (const { start, end } of clauses) {
      const name = /^\s*([#\w.]+)/.exec(plain.slice(start, end))
      if (!name?.[1]) continue
      const from = start + name[0].length - name[1].length
      // The same is done to another attribute, one that nobody reads.
      const hash = name[1].indexOf('.#')
      const to = hash < 0 ? 'mutated' : name[1].slice(hash + 1)
      found.push({ start: from, end: from + name[1].length, to })
    }
  }
  for (const part of written.matchAll(/if_not_exists\([^,]+, ([^)]+)\)/g)) {
    found.push({ start: part.index, end: part.index + part[0].length, to: part[1] ?? '' })
  }
  return [...found, ...swapped(plain, UPDATE_SWAPS)]
}

const SECTION = /(?:^|\s)(?:(?:SET|REMOVE|ADD)\s)?(?:(?!\s(?:SET|REMOVE|ADD)\s)[\s\S])+/g

const UPDATE_SWAPS = [
  [/ \+ (?=:)/g, ' - '],
  [/ - (?=:)/g, ' + '],
] as const
const CONDITION_SWAPS = [
  [/ < /g, ' <= '],
  [/ <= /g, ' < '],
  [/ > /g, ' >= '],
  [/ >= /g, ' > '],
  [/ = /g, ' <> '],
  [/ <> /g, ' = '],
  [/attribute_exists/g, 'attribute_not_exists'],
  [/attribute_not_exists/g, 'attribute_exists'],
  [/\bNOT /g, ''],
] as const

const swapped = (plain: string, swaps: readonly (readonly [RegExp, string])[]): Change[] =>
  swaps.flatMap(([from, to]) =>
    [...plain.matchAll(from)].map(({ 0: found, index }) => ({
      start: index,
      end: index + found.length,
      to,
    })),
  )

/** The parts between separators that stand in no brackets. */
function split(plain: string, separator: string, { start, end }: Part): Part[] {
  const parts: Part[] = []
  let depth = 0
  let from = start
  for (let i = start; i < end; i += 1) {
    if (plain[i] === '(') depth += 1
    if (plain[i] === ')') depth -= 1
    if (depth === 0 && plain.startsWith(separator, i)) {
      parts.push({ start: from, end: i })
      from = i + separator.length
    }
  }
  return [...parts, { start: from, end }]
}
