/**
 * The small mistakes that a file could have: each a change of one place that some test should catch.
 *
 * Left as they are the words of our own faults (`new Error('…')`), on which nothing depends. What the
 * compiler refuses is told apart by `compiling.ts`.
 */
import { expressionMutants, isExpression, keyOf } from './expressionMutants.ts'
import { patternMutants } from './patternMutants.ts'
import { isInFunction, type Node, nodesOf, type Place } from './syntax.ts'

/** Instead of the text from `start` to `end`. */
export type Mutant = { readonly start: number; readonly end: number; readonly to: string }

export function mutantsOf(text: string): Mutant[] {
  const found = [...nodesOf(text)].flatMap((place) => changesOf(place, text))
  const different = new Map(found.map((one) => [`${one.start} ${one.end} ${one.to}`, one]))
  return [...different.values()].filter(({ start, end, to }) => text.slice(start, end) !== to)
}

export const applied = (text: string, { start, end, to }: Mutant): string =>
  text.slice(0, start) + to + text.slice(end)

/** Each boundary moved, and each equality turned round. */
const OPERATORS: Readonly<Record<string, string>> = {
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '===': '!==',
  '!==': '===',
  '-': '+',
  '*': '/',
  '/': '*',
  '%': '*',
}
const METHODS = new Map([
  ['min', 'max'],
  ['max', 'min'],
  ['floor', 'ceil'],
  ['ceil', 'floor'],
  ['some', 'every'],
  ['every', 'some'],
  ['startsWith', 'endsWith'],
])
/** Calls that a value would mostly do without. */
const LEFT_OUT = new Set(
  'filter normalize padEnd padStart replace replaceAll reverse slice sort toLowerCase toUpperCase trim'.split(
    ' ',
  ),
)

function changesOf({ node, around }: Place, text: string): Mutant[] {
  if (isWordsOfFault(node, around)) return []
  const source = ({ start, end }: Span) => text.slice(start, end)
  const by = (to: string, { start, end }: Span = node) => [{ start, end, to }]
  /** The operator between two operands is the only thing there besides spaces. */
  const between = (left: Span, right: Span, from: string, to: string) => {
    const start = text.indexOf(from, left.end)
    return start < right.start ? [{ start, end: start + from.length, to }] : []
  }

  switch (node.type) {
    case 'BinaryExpression': {
      const { left, right, operator } = node
      // As a condition it is true and false in turn anyway.
      if (/^[=!]==$/.test(operator) && isCondition(node, around)) return []
      const to = operator === '+' && !isText(left) && !isText(right) ? '-' : OPERATORS[operator]
      return to ? between(left, right, operator, to) : []
    }
    case 'LogicalExpression':
      return [node.left, node.right].flatMap((kept) => by(`(${source(kept)})`))
    case 'ConditionalExpression':
      return ['true', 'false'].flatMap((to) => by(to, node.test))
    case 'IfStatement':
      return ['true', 'false'].flatMap((to) => by(to, node.test))
    case 'DoWhileStatement':
      return by('false', node.test)
    case 'ForStatement':
      return node.test ? by('false', node.test) : []
    case 'ForOfStatement':
      return by('[]', node.right)
    case 'UnaryExpression':
      if (node.operator === '!' && isCondition(node, around)) return []
      return node.operator === '!' || node.operator === '-' ? by(source(node.argument)) : []
    case 'AssignmentExpression':
      return node.operator === '+=' ? between(node.left, node.right, '+=', '-=') : []
    case 'AwaitExpression':
      return around[0]?.type === 'ExpressionStatement' ? by(source(node.argument)) : []
    case 'AssignmentPattern':
      return by(source(node.left))
    case 'Literal':
      return literal(node, around, text)
    case 'TemplateLiteral':
      return isExpression(node, around, text) ? expressionMutants(node, around, text) : by("''")
    case 'ArrayExpression':
      return list(node.elements, node, around, text)
    case 'ObjectExpression':
      return node.properties.filter(isOptional).flatMap((one) => without(one, text))
    case 'MemberExpression':
      return node.optional
        ? between(node.object, node.property, '?.', node.computed ? '' : '.')
        : []
    case 'CallExpression':
      return call(node, text)
    case 'ExpressionStatement':
    case 'ThrowStatement':
    case 'ContinueStatement':
      return by(';')
    default:
      return []
  }
}

type Span = { readonly start: number; readonly end: number }

/** What an `if`, a `?` or a loop asks. */
const isCondition = (node: Node, [parent]: readonly Node[]) =>
  parent !== undefined && 'test' in parent && parent.test === node

const isText = ({ type, ...rest }: Node) =>
  type === 'TemplateLiteral' || ('value' in rest && typeof rest.value === 'string')

const isWordsOfFault = (node: Node, around: readonly Node[]) =>
  [node, ...around].some((one, i, all) => {
    const call = all[i + 1]
    return (
      call?.type === 'NewExpression' &&
      call.callee.type === 'Identifier' &&
      call.callee.name.endsWith('Error') &&
      call.callee !== one
    )
  })

function literal(
  node: Extract<Node, { type: 'Literal' }>,
  around: readonly Node[],
  text: string,
): Mutant[] {
  const by = (to: string) => ({ start: node.start, end: node.end, to })
  if (isName(node, around)) return []
  if ('regex' in node) return patternMutants(text.slice(node.start, node.end), node.start)
  if (typeof node.value === 'boolean') return [by(String(!node.value))]
  if (typeof node.value === 'number') {
    const isLimit = node.value > 0 && !isInFunction(around)
    return [node.value + 1, ...(isLimit ? [node.value - 1] : [])].map((n) => by(String(n)))
  }
  if (typeof node.value !== 'string') return []
  if (isExpression(node, around, text)) return expressionMutants(node, around, text)
  return [by(node.value === '' ? "'mutated'" : "''")]
}

/** A property's own name, which is no value. */
const isName = (node: Node, [parent]: readonly Node[]) =>
  parent?.type === 'Property' && parent.key === node && parent.value !== node

/** What is put in by spreading, and what is stored or sent, where names have underscores. */
const isOptional = (property: Node) =>
  property.type === 'SpreadElement' ||
  (property.type === 'Property' &&
    property.key.type === 'Identifier' &&
    property.key.name.includes('_'))

/** A list without each of its members, but for what the database is asked, which has its own changes. */
function list(
  elements: readonly (Node | null)[],
  node: Node,
  around: readonly Node[],
  text: string,
): Mutant[] {
  const present = elements.filter((one) => one !== null)
  const own = present.filter((one) => !isExpression(one, [node, ...around], text))
  const areConditions = keyOf(around) === 'when' || own.length < present.length
  if (areConditions && keyOf(around) !== 'set') return own.map((one) => madeTrue(one, text))
  if (present.length === 1 && own.length === 1) {
    return [{ start: node.start, end: node.end, to: '[]' }]
  }
  return own.flatMap((element) => without(element, text))
}

/** One or more conditions that stand elsewhere, here as if they were not there. */
function madeTrue(node: Node, text: string): Mutant {
  const { start, end } = node
  const always = (one: string) => `\`(\${${one}} OR NOT \${${one}})\``
  const source = text.slice(start, end)
  const to = source.startsWith('...')
    ? `...(${source.slice(3)}).map((one) => ${always('one')})`
    : always(source)
  return { start, end, to }
}

/** What stands in a list is taken out with its comma. */
function without({ start, end }: Span, text: string): Mutant[] {
  const comma = /^\s*,/.exec(text.slice(end))?.[0].length ?? 0
  return [{ start, end: end + comma, to: '' }]
}

function call(node: Extract<Node, { type: 'CallExpression' }>, text: string): Mutant[] {
  const { callee } = node
  if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier') return []
  const { object, property } = callee
  const renamed = METHODS.get(property.name)
  if (renamed && object.type !== 'CallExpression') {
    return [{ start: property.start, end: property.end, to: renamed }]
  }
  // A link of a chain, as in `z.string().min(1)`.
  const isLink = object.type === 'CallExpression' || LEFT_OUT.has(property.name)
  if (!isLink) return []
  return [{ start: node.start, end: node.end, to: text.slice(object.start, object.end) }]
}
