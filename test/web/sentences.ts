/** Finds what a person reads in the page's sources: each literal with words in it, by where it stands in the syntax. */
import { parseSync } from 'oxc-parser'

export type Sentence = { readonly line: number; readonly text: string }

type Node = { readonly type: string; readonly start: number; readonly [key: string]: unknown }

/**
 * How a literal is judged. `never`: nobody reads it. `spoken`: it is shown, so one letter is enough. `perhaps`: it may
 * be handed on and shown, so it counts if it looks like words.
 */
type Judged = 'never' | 'perhaps' | 'spoken'

/** Attributes that are read out or shown; all others are for the browser. */
const READ_ATTRIBUTES =
  /^(aria-(label|description|roledescription|valuetext)|alt|label|placeholder|title)$/

/** What is called, and how its arguments are judged; `props` are an element's attributes. */
const CALLS: Readonly<Record<string, readonly (Judged | 'props')[]>> = {
  el: ['never', 'props', 'spoken'],
  verbatim: ['never', 'props', 'spoken'],
  fill: ['never', 'spoken'],
  append: ['spoken'],
  prepend: ['spoken'],
  replaceChildren: ['spoken'],
  keeping: ['spoken', 'perhaps'],
  button: ['spoken', 'never', 'perhaps'],
  show: ['spoken', 'spoken'],
}

/** What is called with names and patterns, never with sentences. */
const UNREAD_CALLS = new RegExp(
  `^(${[
    '(add|remove)(EventListener)',
    '(get|has|remove|toggle)Attribute',
    'closest|matches|querySelector(All)?|getElementById|byId|createElement(NS)?',
    'matchMedia|fetch|importScripts|postMessage|createPolicy|supports',
    '(get|set|remove)Item|remember|recall|forget',
    'includes|startsWith|endsWith|indexOf|split|join|match(All)?|replace(All)?|test|localeCompare|padStart|padEnd',
    'log|error|warn|info|debug',
    'get|has|delete|toggle|add|remove|contains',
    'NumberFormat|DateTimeFormat|PluralRules|ListFormat|RegExp|URL|DataView|\\w*Error',
  ].join('|')})$`,
)

/** Two words, or one that begins like a name. */
const LOOKS_LIKE_WORDS =
  /\p{L}[\p{L}’'-]*[,.:;!?…]? +\p{L}|\p{L} $|^ \p{L}|^\p{Lu}\p{Ll}+|\p{L}[.!?…]$/u
const HAS_LETTER = /\p{L}/u

/** What looks like words and is a name: `Array.prototype.at`, `AbortError`, `payfriend approve v1`. */
const IS_NAME = /^[A-Z]\w*\.\w|^[A-Z][a-z]+[A-Z]\w*$|^payfriend [a-z ]+ v\d$/

/** The sentences of a TypeScript source. */
export function sentencesOf(source: string): Sentence[] {
  const { program, errors } = parseSync('source.ts', source)
  if (errors.length > 0) throw new Error(errors[0]?.message ?? 'the source has no syntax tree')
  const found: Sentence[] = []
  walk(program, 'perhaps')
  return found

  function walk(value: unknown, judged: Judged): void {
    if (Array.isArray(value)) for (const one of value) walk(one, judged)
    if (!isNode(value)) return
    note(value, textOf(value), judged)
    for (const [part, how] of partsOf(value, judged)) walk(part, how)
  }

  function note(node: Node, text: string, judged: Judged): void {
    if (judged === 'never') return
    if (!(judged === 'spoken' ? HAS_LETTER : LOOKS_LIKE_WORDS).test(text)) return
    if (judged === 'perhaps' && IS_NAME.test(text.trim())) return
    found.push({ line: source.slice(0, node.start).split('\n').length, text: text.trim() })
  }
}

/** Where a value stands in a template. */
const GAP = '{}'

/** A literal's text; of a template its own words, with a gap where a value stands. */
function textOf(node: Node): string {
  if (node.type === 'Literal') return typeof node.value === 'string' ? node.value : ''
  if (node.type !== 'TemplateLiteral') return ''
  return (node.quasis as { value: { cooked: string } }[]).map(({ value }) => value.cooked).join(GAP)
}

type Part = readonly [part: unknown, judged: Judged]

/** What of a node may have literals in it, and how they are judged there. */
function partsOf(node: Node, judged: Judged): Part[] {
  switch (node.type) {
    case 'TemplateLiteral':
      return [[node.expressions, judged === 'spoken' ? 'perhaps' : judged]]
    case 'BinaryExpression':
      return [[[node.left, node.right], node.operator === '+' ? judged : 'never']]
    case 'ConditionalExpression':
      return [
        [node.test, 'never'],
        [[node.consequent, node.alternate], judged],
      ]
    case 'LogicalExpression':
      return [
        [node.left, node.operator === '&&' ? 'never' : judged],
        [node.right, judged],
      ]
    case 'CallExpression':
    case 'NewExpression':
      return partsOfCall(node)
    case 'AssignmentExpression':
      return [[node.right, isShown(node.left) ? 'spoken' : judged]]
    case 'Property':
    case 'PropertyDefinition':
      return [[node.value, judgedBy(keyOf(node), judged)]]
    case 'SwitchCase':
      return [[node.consequent, 'perhaps']]
    case 'MemberExpression':
      return [[node.object, 'perhaps']]
    case 'ExpressionStatement':
      return typeof node.directive === 'string' ? [] : [[node.expression, 'perhaps']]
    case 'ImportDeclaration':
    case 'ImportExpression':
    case 'ExportAllDeclaration':
      return []
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSNonNullExpression':
      return [[node.expression, judged]]
    default:
      return node.type.startsWith('TS') ? [] : all(node, STAYS.has(node.type) ? judged : 'perhaps')
  }
}

/** What stands for its parts; in any other node a new statement begins, within an argument too. */
const STAYS = new Set([
  'ArrayExpression',
  'AwaitExpression',
  'ObjectExpression',
  'ParenthesizedExpression',
  'SpreadElement',
  'UnaryExpression',
])

const all = (node: Node, judged: Judged): Part[] =>
  Object.entries(node)
    .filter(([key]) => key !== 'type')
    .map(([, part]) => [part, judged])

function partsOfCall(node: Node): Part[] {
  const name = calledBy(node.callee)
  const given = node.arguments as Node[]
  const attribute = name === 'setAttribute' ? String(given[0]?.value) : null
  if (attribute !== null) return [[given[1], READ_ATTRIBUTES.test(attribute) ? 'spoken' : 'never']]
  const known = Object.hasOwn(CALLS, name) ? CALLS[name] : undefined
  return [
    // What a method is called on may be made with a sentence: `[…].map()`.
    [node.callee, 'perhaps'],
    ...given.flatMap((argument, index): Part[] => {
      const how = known?.[index] ?? known?.at(-1) ?? (UNREAD_CALLS.test(name) ? 'never' : 'perhaps')
      return how === 'props' ? partsOfProps(argument) : [[argument, how]]
    }),
  ]
}

const partsOfProps = (node: Node): Part[] =>
  node.type !== 'ObjectExpression'
    ? [[node, 'perhaps']]
    : (node.properties as Node[]).map((property) => [
        property.value,
        READ_ATTRIBUTES.test(keyOf(property)) ? 'spoken' : 'never',
      ])

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && 'start' in value

/** `f` of `f()` and of `a.f()`. */
function calledBy(callee: unknown): string {
  if (!isNode(callee)) return ''
  return String((isNode(callee.property) ? callee.property : callee).name ?? '')
}

/** Whether what is assigned to is shown: `element.textContent`, `document.title`. */
const isShown = (left: unknown): boolean =>
  isNode(left) &&
  left.type === 'MemberExpression' &&
  /^(textContent|innerText|title|ariaLabel|placeholder|alt)$/.test(calledBy(left))

/** A property of that name may be an attribute, which is given to an element elsewhere. */
function judgedBy(key: string, judged: Judged): Judged {
  if (READ_ATTRIBUTES.test(key)) return 'spoken'
  return /^(class|href|id|role)$/.test(key) ? 'never' : judged
}

function keyOf({ key }: Node): string {
  return isNode(key) ? String(key.name ?? key.value ?? '') : ''
}

/** The sentences of a page or a manifest, except for `{names}` of the catalogue. */
export function sentencesOfPage(source: string): Sentence[] {
  const lines = source.split('\n').entries()
  return [...lines].flatMap(([index, line]) =>
    [
      ...[...line.matchAll(/(?:^|>)([^<>]*)(?=<|$)/g)].map(([, text = '']) => text),
      ...[...line.matchAll(/ ([a-z-]+)="([^"]*)"/g)]
        .filter(([, name = '']) => READ_ATTRIBUTES.test(name))
        .map(([, , text = '']) => text),
      ...[...line.matchAll(/name="(?:description|[a-z-]*title)" content="([^"]*)"/g)].map(
        ([, text = '']) => text,
      ),
    ]
      .map((text) => text.replaceAll(/\{\w+\}/g, '').trim())
      .filter((text) => HAS_LETTER.test(text))
      .map((text) => ({ line: index + 1, text })),
  )
}
