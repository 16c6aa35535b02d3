/** Test support: the syntax tree of a TypeScript file, as Vitest's own parser gives it. */
import { parseAst } from 'vitest/node'

type Statement = ReturnType<typeof parseAst>['body'][number]
type Expression = Extract<Statement, { type: 'ExpressionStatement' }>['expression']
type ObjectMember = Extract<Expression, { type: 'ObjectExpression' }>['properties'][number]
type Parameter = Extract<Expression, { type: 'ArrowFunctionExpression' }>['params'][number]
type Declarator = Extract<Statement, { type: 'VariableDeclaration' }>['declarations'][number]

/** Every kind of node that is looked at by name; the others are only walked through. */
export type Node = Statement | Expression | ObjectMember | Parameter | Declarator

/** A node and what it stands in, the nearest first. */
export type Place = { readonly node: Node; readonly around: readonly Node[] }

/** Every node of a file that runs, types left out, each before what is in it. */
export function* nodesOf(text: string): Generator<Place> {
  const { body } = parseAst(text, { lang: 'ts' })
  for (const statement of body) yield* within(statement, [])
}

function* within(node: Node, around: readonly Node[]): Generator<Place> {
  if (node.type === 'ImportDeclaration' || isType(node)) return
  yield { node, around }
  for (const [key, value] of Object.entries(node)) {
    if (key === 'typeAnnotation' || key === 'typeArguments' || key === 'returnType') continue
    for (const child of [value].flat()) {
      if (isNode(child)) yield* within(child, [node, ...around])
    }
  }
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && 'start' in value

/** `as` and `satisfies` hold what runs; every other node of TypeScript's own is gone before it does. */
const isType = ({ type }: Node) => /^TS(?!As|Satisfies)/.test(type)

/** Whether this stands where code runs later than its module is loaded. */
export const isInFunction = (around: readonly Node[]): boolean =>
  around.some(({ type }) => /Function/.test(type))
