/** What one of the engine's parsers is given with an expression. */
export type Context = {
  readonly attrNames?: Readonly<Record<string, string>> | undefined
  readonly attrVals?: Readonly<Record<string, object>> | undefined
  /** The parser deletes from both what the expression uses. */
  readonly unusedAttrNames: Record<string, true>
  readonly unusedAttrVals: Record<string, true>
}
/** Returns the parsed expression, or a refusal in words. Throws at wrong syntax. */
export type Parse = (expression: string, options: { readonly context: Context }) => unknown

/** A parsed expression, in which a stand-in is where a name or a value of the request belongs. */
type Form = { readonly parsed: object; readonly names: string[]; readonly values: Stand[] }
type Stand = readonly [value: string, stand: object]

/** Payfriend has fewer expressions; beyond it all are forgotten. */
const FORMS_MAX = 1000

/**
 * The same parser, which fills what it made of an expression before with this request's names and values.
 *
 * The engine parses every expression anew and tries each operand of a condition in up to five ways, which was more than half of
 * its time for a send.
 */
export function remembered(parse: Parse): Parse {
  const forms = new Map<string, Form>()

  return (expression, options) => {
    const { context } = options
    const { attrNames = {}, attrVals = {}, unusedAttrNames, unusedAttrVals } = context
    if (!isFillable(expression, Object.values(attrNames))) return parse(expression, options)

    const types = Object.entries(attrVals).map(([name, value]) => [name, ...Object.keys(value)])
    const key = JSON.stringify([expression, Object.keys(attrNames), types])
    const form = forms.get(key)
    if (form) {
      for (const name of form.names) delete unusedAttrNames[name]
      for (const [name] of form.values) delete unusedAttrVals[name]
      return filled(form, attrNames, attrVals)
    }
    const parsed = parse(expression, options)
    const made = typeof parsed === 'object' && formOf(parse, expression, context)
    if (made) {
      if (forms.size >= FORMS_MAX) forms.clear()
      forms.set(key, made)
    }
    return parsed
  }
}

/**
 * Whether the expression is parsed alike with other names, and with other values of the same types. The bounds of BETWEEN are
 * compared, two paths are one or overlap if names are equal, and an empty name is none. (attribute_type reads its value, and
 * refuses a stand-in.)
 */
function isFillable(expression: string, names: string[]): boolean {
  if (/BETWEEN/i.test(expression) || names.includes('')) return false
  const written = expression.match(WRITTEN_NAME) ?? []
  return new Set([...written, ...names]).size === new Set(written).size + names.length
}

const WRITTEN_NAME = /(?<![#:\w])[A-Za-z_]\w*/g

function formOf(parse: Parse, expression: string, context: Context): Form | undefined {
  const { attrNames = {}, attrVals = {} } = context
  const stands = Object.entries(attrVals).map(([name, value]): Stand => [name, standFor(value)])
  const unusedAttrNames = allOf(attrNames)
  const unusedAttrVals = allOf(attrVals)
  const parsed = parse(expression, {
    context: {
      ...context,
      attrNames: Object.fromEntries(Object.keys(attrNames).map((name) => [name, name])),
      attrVals: Object.fromEntries(stands),
      unusedAttrNames,
      unusedAttrVals,
    },
  })
  if (typeof parsed !== 'object' || !parsed) return undefined
  return {
    parsed,
    names: Object.keys(attrNames).filter((name) => !unusedAttrNames[name]),
    values: stands.filter(([name]) => !unusedAttrVals[name]),
  }
}

const allOf = (known: object): Record<string, true> =>
  Object.fromEntries(Object.keys(known).map((name) => [name, true]))

/** Of the same type; no two are the same object. */
const standFor = (value: object) =>
  Object.fromEntries(Object.keys(value).map((type) => [type, true]))

function filled(
  { parsed, values }: Form,
  attrNames: Readonly<Record<string, string>>,
  attrVals: Readonly<Record<string, object>>,
) {
  const valueFor = new Map(values.map(([name, stand]) => [stand, attrVals[name]]))
  const nameOf = (text: string) => (text.startsWith('#') ? (attrNames[text] ?? text) : text)
  const fill = (part: unknown): unknown => {
    if (typeof part === 'string') return nameOf(part)
    if (typeof part !== 'object' || !part) return part
    const value = valueFor.get(part)
    if (value) return value
    if (Array.isArray(part)) return part.map(fill)
    // The engine's own objects, some of which have no prototype because names are their keys.
    const copy = Object.create(Object.getPrototypeOf(part))
    for (const [key, child] of Object.entries(part)) copy[nameOf(key)] = fill(child)
    return copy
  }
  return fill(parsed)
}
