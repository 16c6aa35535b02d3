/**
 * What CloudWatch makes of an alarm in a template, on sample data: metric math, missing data and filters of logs as its
 * guides describe them ("Using metric math", "Configuring how CloudWatch alarms treat missing data", "Filter pattern
 * syntax for metric filters").
 */
import type { Resource } from './synthesized.ts'

type State = 'OK' | 'ALARM'
/** A value for each period, the newest last; undefined where nothing was counted. */
export type Series = readonly (number | undefined)[]

export type Stat = {
  readonly Namespace: string
  readonly MetricName: string
  readonly Dimensions?: readonly { readonly Name: string; readonly Value: unknown }[]
}

/** CloudWatch retrieves more periods than it evaluates. How many more, its guide does not say. */
const RETRIEVED_BESIDES = 3

/** The state of an alarm that was in `before`, where its metrics have this data. */
export function stateOf(
  alarm: Resource[string],
  dataOf: (metric: Stat) => Series,
  before: State = 'OK',
): State {
  const { EvaluationPeriods: periods, TreatMissingData: missing } = alarm
  const retrieved = valuesOf(alarm, dataOf).slice(-(periods + RETRIEVED_BESIDES))
  const real = retrieved.filter((value) => value !== undefined)
  // With enough data it evaluates the newest that there are, however old, and `TreatMissingData` does not count.
  const newest = Array.from({ length: periods }, (_, i) => retrieved.at(i - periods))
  const evaluated: Series = real.length >= periods ? real.slice(-periods) : newest
  if (missing === 'ignore' && evaluated.includes(undefined)) return before
  const isBreaching = (value: number | undefined) => {
    if (value === undefined) return missing === 'breaching'
    return alarm.ComparisonOperator === 'LessThanThreshold'
      ? value < alarm.Threshold
      : value >= alarm.Threshold
  }
  return evaluated.filter(isBreaching).length >= alarm.DatapointsToAlarm ? 'ALARM' : 'OK'
}

function valuesOf(alarm: Resource[string], dataOf: (metric: Stat) => Series): Series {
  if (!alarm.Metrics) return dataOf(alarm as unknown as Stat)
  const byId = new Map<string, Series>()
  let expression = ''
  for (const { Id, MetricStat, Expression } of alarm.Metrics) {
    if (MetricStat) byId.set(Id, dataOf(MetricStat.Metric))
    else expression = Expression
  }
  const value = new Expression(expression, byId).whole()
  if (typeof value === 'number') throw new Error(`${expression} is no time series`)
  return value
}

type Value = number | Series

/** A metric math expression, with the functions and operators that our alarms use. */
class Expression {
  private readonly tokens: string[]
  private readonly metrics: ReadonlyMap<string, Series>

  constructor(text: string, metrics: ReadonlyMap<string, Series>) {
    this.metrics = metrics
    this.tokens = text.match(/\w+(\.\d+)?|>=|==|[>*+,()[\]-]|\S/g) ?? []
  }

  /** Its value; throws at anything that is left, because what cannot be read must not look quiet. */
  whole(): Value {
    const value = this.value()
    if (this.tokens.length > 0) throw new Error(`cannot read ${this.tokens.join(' ')}`)
    return value
  }

  value(): Value {
    const left = this.total()
    const [operator] = this.tokens
    if (operator === undefined || !(operator in COMPARE)) return left
    this.tokens.shift()
    const compare = COMPARE[operator as keyof typeof COMPARE]
    // A missing value of one of two series counts as 0.
    return each(
      (a, b) => (a === undefined && b === undefined ? a : Number(compare(a ?? 0, b ?? 0))),
      left,
      this.total(),
    )
  }

  private total(): Value {
    let left = this.product()
    for (let sign = this.tokens[0]; sign === '+' || sign === '-'; sign = this.tokens[0]) {
      this.tokens.shift()
      const factor = sign === '+' ? 1 : -1
      left = each(
        (a, b) => (a === undefined && b === undefined ? a : (a ?? 0) + factor * (b ?? 0)),
        left,
        this.product(),
      )
    }
    return left
  }

  private product(): Value {
    const left = this.term()
    if (this.tokens[0] !== '*') return left
    this.tokens.shift()
    return each((a = 0, b = 0) => a * b, left, this.term())
  }

  private term(): Value {
    const name = this.tokens.shift() ?? ''
    if (/^\d/.test(name)) return Number(name)
    if (this.tokens[0] !== '(') {
      const metric = this.metrics.get(name)
      if (!metric) throw new Error(`there is no metric ${name}`)
      return metric
    }
    const [first, second, third] = this.list('(', name === 'MAX' ? most : sum)
    if (first === undefined) throw new Error(`${name} of nothing`)
    switch (name) {
      // Of an array, which `list` has taken apart.
      case 'SUM':
      case 'MAX':
        return first
      case 'FILL':
        return each((value) => value ?? Number(second), first)
      case 'IF':
        return each(
          (condition, then, otherwise) => {
            if (condition === undefined) return undefined
            return condition === 0 ? otherwise : (then ?? 0)
          },
          first,
          second,
          third,
        )
      default:
        throw new Error(`unknown function ${name}`)
    }
  }

  /** What stands between brackets, with commas. */
  private list(opening: '(' | '[', ofArray = sum): (Value | undefined)[] {
    if (this.tokens.shift() !== opening) throw new Error(`no ${opening}`)
    const all: (Value | undefined)[] = []
    let next: string | undefined = ','
    while (next === ',') {
      all.push(this.tokens[0] === '[' ? each(ofArray, ...this.list('[')) : this.value())
      next = this.tokens.shift()
    }
    if (next !== (opening === '(' ? ')' : ']')) throw new Error(`${opening} does not end`)
    return all
  }
}

const COMPARE = {
  '>=': (a: number, b: number) => a >= b,
  '>': (a: number, b: number) => a > b,
  '==': (a: number, b: number) => a === b,
}

/** Missing values do not count, unless all are. */
const sum = (...all: (number | undefined)[]) =>
  all.every((one) => one === undefined)
    ? undefined
    : all.reduce<number>((total, one) => total + (one ?? 0), 0)

const most: typeof sum = (...all) => {
  const counted = all.filter((one) => one !== undefined)
  return counted.length === 0 ? undefined : Math.max(...counted)
}

/** The same for each period. */
function each(
  of: (...values: (number | undefined)[]) => number | undefined,
  ...all: (Value | undefined)[]
): Value {
  const series = all.filter((one) => typeof one === 'object')
  const at = (i: number) => of(...all.map((one) => (typeof one === 'object' ? one[i] : one)))
  if (series.length === 0) throw new Error('no time series')
  // One that was never counted has no periods; the others still do.
  const periods = Math.max(...series.map((one) => one.length))
  return Array.from({ length: periods }, (_, i) => at(i))
}

/** Whether a filter of logs that looks into JSON takes this line. */
export function takes(pattern: string, line: Readonly<Record<string, string>>): boolean {
  const judged = pattern.replaceAll(
    /\$\.(\w+) (=|!=) "([^"]*)"/g,
    (_, field: string, how: string, value: string) => {
      const known = line[field]
      const isLike = value.endsWith('*') ? known?.startsWith(value.slice(0, -1)) : known === value
      return known !== undefined && isLike === (how === '=') ? 'T' : 'F'
    },
  )
  let left = judged.replaceAll(/[{}\s]/g, '')
  // The innermost first.
  for (let before = ''; left !== before; ) {
    before = left
    left = left
      .replaceAll(/\(([TF])\)/g, '$1')
      .replaceAll('T&&T', 'T')
      .replaceAll(/T&&F|F&&[TF]/g, 'F')
      .replaceAll(/T\|\|[TF]|F\|\|T/g, 'T')
      .replaceAll('F||F', 'F')
  }
  if (left !== 'T' && left !== 'F') throw new Error(`cannot judge ${pattern}: ${left}`)
  return left === 'T'
}
