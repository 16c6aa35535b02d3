import conditionParser from 'dynalite/db/conditionParser.js'
import engine from 'dynalite/db/index.js'
import projectionParser from 'dynalite/db/projectionParser.js'
import updateParser from 'dynalite/db/updateParser.js'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Parse, remembered } from '../../local/database/rememberedParse.ts'

// Kept before the engine of another test could have replaced them.
const parsers = {
  condition: conditionParser.parse,
  projection: projectionParser.parse,
  update: updateParser.parse,
}

type Asked = {
  readonly names: Readonly<Record<string, string>>
  readonly values: Readonly<Record<string, object>>
}

const isReserved = (name: string) => name.toUpperCase() === 'STATUS'

/** All that the engine sees of a parser: what it returns or throws, and which names and values it found unused. */
function outcome(parse: Parse, expression: string, { names, values }: Asked) {
  const all = (known: object) =>
    Object.fromEntries(Object.keys(known).map((key) => [key, true as const]))
  const context = {
    attrNames: names,
    attrVals: values,
    unusedAttrNames: all(names),
    unusedAttrVals: all(values),
    isReserved,
    compare: engine.compare,
  }
  try {
    const parsed = parse(expression, { context })
    return { parsed, context }
  } catch (error) {
    return { error: String(error), context }
  }
}

/** Spoil all of it, as the engine changes parts of what a parser returned. */
function spoil(part: unknown) {
  if (typeof part !== 'object' || !part || Object.isFrozen(part)) return
  for (const child of Object.values(part)) spoil(child)
  for (const key of Object.keys(part)) Reflect.deleteProperty(part, key)
}

const name = fc.constantFrom(
  'status',
  'push',
  'a',
  'b',
  'iba909_5c7',
  'two words',
  '#a',
  '__proto__',
)
const valuesOf = {
  S: fc.constantFrom('x', 'y', 'S', ':a').map((S) => ({ S })),
  N: fc.constantFrom('1', '2').map((N) => ({ N })),
  BOOL: fc.boolean().map((BOOL) => ({ BOOL })),
  NULL: fc.constant({ NULL: true }),
  L: fc.constantFrom<object[]>([], [{ S: 'x' }]).map((L) => ({ L })),
}
const type: fc.Arbitrary<keyof typeof valuesOf> = fc.constantFrom('S', 'N', 'BOOL', 'NULL', 'L')
/** Requests for one expression, all of which name the same and have values of the same types. */
const requests = fc
  .tuple(fc.subarray(['#a', '#b']), fc.record({ ':a': type, ':b': type }, { requiredKeys: [] }))
  .chain(([names, types]) => {
    const values = Object.entries(types).map(([key, one]) => [key, valuesOf[one]] as const)
    const asked: fc.Arbitrary<Asked> = fc.record({
      names: fc.record(Object.fromEntries(names.map((key) => [key, name]))),
      values: fc.record(Object.fromEntries(values)).map((all) => {
        // They stay as they are, whatever is done to what was parsed.
        for (const one of Object.values(all)) Object.freeze(one)
        return all as Asked['values']
      }),
    })
    return fc.array(asked, { minLength: 2, maxLength: 5 })
  })

const path = fc.constantFrom('#a', '#b', 'a', 'push', 'status', 'a.#b', '#a.#b', 'a[1]', '(#a)')
const operand = fc.oneof(path, fc.constantFrom(':a', ':b', ':c', 'size(#a)', 'size(:a)'))
const condition = fc
  .array(
    fc.oneof(
      fc.tuple(operand, fc.constantFrom('=', '<>', '<'), operand).map((all) => all.join(' ')),
      fc.tuple(operand, operand, operand).map(([x, y, z]) => `${x} BETWEEN ${y} AND ${z}`),
      fc.tuple(operand, operand, operand).map(([x, y, z]) => `${x} IN (${y}, ${z})`),
      fc.tuple(path, operand).map(([x, y]) => `begins_with(${x}, ${y})`),
      fc.tuple(path, operand).map(([x, y]) => `attribute_type(${x}, ${y})`),
      operand.map((x) => `attribute_not_exists(${x})`),
      operand.map((x) => `NOT (${x} = :a)`),
    ),
    { minLength: 1, maxLength: 3 },
  )
  .chain((parts) => fc.constantFrom(' AND ', ' OR ', ' ').map((by) => parts.join(by)))
const update = fc
  .array(
    fc.oneof(
      fc.tuple(path, operand).map(([x, y]) => `SET ${x} = ${y}, b = :b`),
      fc.tuple(path, path, operand).map(([x, y, z]) => `SET ${x} = if_not_exists(${y}, ${z})`),
      fc.tuple(path, operand).map(([x, y]) => `SET ${x} = list_append(${x}, ${y})`),
      fc.tuple(path, operand).map(([x, y]) => `SET ${x} = ${x} + ${y}`),
      fc.tuple(path, operand).map(([x, y]) => `ADD ${x} ${y}`),
      path.map((x) => `REMOVE ${x}`),
    ),
    { minLength: 1, maxLength: 2 },
  )
  .map((parts) => parts.join(' '))
const projection = fc.array(path, { minLength: 1, maxLength: 3 }).map((paths) => paths.join(', '))

test.each([
  ['condition', condition],
  ['update', update],
  ['projection', projection],
] as const)(
  '%s: an expression that was parsed before is parsed as the engine does it, whatever its names and values',
  (kind, expressions) => {
    const parse = parsers[kind]
    fc.assert(
      fc.property(expressions, requests, (expression, all) => {
        const again = remembered(parse)
        for (const one of all) {
          const got = outcome(again, expression, one)
          expect(got).toStrictEqual(outcome(parse, expression, one))
          spoil(got.parsed)
        }
      }),
      { numRuns: 500 },
    )
  },
)

test.each([
  {
    what: 'bounds of BETWEEN in the other order',
    kind: 'condition',
    expression: 'a BETWEEN :a AND :b',
    asked: [
      { values: { ':a': { N: '1' }, ':b': { N: '2' } } },
      { values: { ':a': { N: '2' }, ':b': { N: '1' } } },
    ],
  },
  {
    what: 'a type that does not exist',
    kind: 'condition',
    expression: 'attribute_type(a, :a)',
    asked: [{ values: { ':a': { S: 'NS' } } }, { values: { ':a': { S: 'X' } } }],
  },
  {
    what: 'a value of a type that the function refuses',
    kind: 'condition',
    expression: 'begins_with(a, :a)',
    asked: [{ values: { ':a': { S: '1' } } }, { values: { ':a': { N: '1' } } }],
  },
  {
    what: 'bounds of between in small letters',
    kind: 'condition',
    expression: 'a between :a and :b',
    asked: [
      { values: { ':a': { N: '1' }, ':b': { N: '2' } } },
      { values: { ':a': { N: '2' }, ':b': { N: '1' } } },
    ],
  },
  {
    what: 'a value that is not there',
    kind: 'update',
    expression: 'SET a = :a',
    asked: [{ values: { ':a': { S: '1' } } }, { values: { ':b': { S: '1' } } }],
  },
  {
    what: 'a name that is not there',
    kind: 'update',
    expression: 'REMOVE #a',
    asked: [{ names: { '#a': 'a' } }, { names: { '#b': 'a' } }],
  },
  {
    what: 'an empty name',
    kind: 'update',
    expression: 'REMOVE #a',
    asked: [{ names: { '#a': 'a' } }, { names: { '#a': '' } }],
  },
  {
    what: 'two names that are one',
    kind: 'update',
    expression: 'REMOVE #a, #b',
    asked: [{ names: { '#a': 'a', '#b': 'b' } }, { names: { '#a': 'a', '#b': 'a' } }],
  },
  {
    what: 'a name that the expression has already',
    kind: 'update',
    expression: 'REMOVE a, #a',
    asked: [{ names: { '#a': 'b' } }, { names: { '#a': 'a' } }],
  },
  {
    what: 'one of them that begins with _',
    kind: 'update',
    expression: 'REMOVE _a, #a',
    asked: [{ names: { '#a': 'b' } }, { names: { '#a': '_a' } }],
  },
] as const)('$what is refused after a request that was not', ({ kind, expression, asked }) => {
  const parse = remembered(parsers[kind])
  const [first, then] = asked.map((one) =>
    outcome(parse, expression, { names: {}, values: {}, ...one }),
  )
  expect(first?.parsed).toBeTypeOf('object')
  expect(then?.parsed).toBeTypeOf('string')
})

test('an expression is parsed once with each set of types, not for each request', () => {
  let parsed = 0
  const parse = remembered((...given) => {
    parsed += 1
    return parsers.update(...given)
  })
  for (const id of ['p1', 'p2', 'p3']) {
    outcome(parse, 'SET started.#id = :now', {
      names: { '#id': id },
      values: { ':now': { S: id } },
    })
  }
  // Once for the first request, and once for the form.
  expect(parsed).toBe(2)
})

test('of a thousand expressions no more is kept', () => {
  const parsed: string[] = []
  const parse = remembered((expression, options) => {
    parsed.push(expression)
    return parsers.update(expression, options)
  })
  const none = { names: {}, values: {} }
  for (let n = 0; n < 1000; n += 1) outcome(parse, `REMOVE a${n}`, none)
  parsed.length = 0
  outcome(parse, 'REMOVE a0', none)
  expect(parsed).toEqual([])
  outcome(parse, 'REMOVE another', none)
  outcome(parse, 'REMOVE a0', none)
  expect(parsed).toContain('REMOVE a0')
})
