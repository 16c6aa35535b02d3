/**
 * Phone numbers as people write them: in their country's own way, with 00 or with +. The page reads them as
 * libphonenumber does, so that the payer sees the whole number before a code is sent; the server judges it.
 */
import { plainDigits, plainPhone } from './plainText.ts'

/** How numbers of a country are written, as libphonenumber's tables have it; its patterns are regular expressions. */
type Plan = readonly [
  callingCode: string,
  /** What is dialled there before a number of another country. */
  abroad: string,
  /** The pattern and the possible lengths of a number without anything before it. */
  pattern: string,
  lengths: readonly number[],
  /** What is written before a number within the country, and perhaps how to take it away. */
  prefix?: string,
  transform?: string,
]
export type PhonePlans = {
  readonly countries: Readonly<Record<string, Plan>>
  /** Of a calling code that several countries share, the one whose rules it follows. */
  readonly mains: Readonly<Record<string, string>>
}

export type WholeNumber = {
  /** As the API takes it: +491701234567. */
  readonly number: string
  /** As it is read: +49 170 1234567. */
  readonly shown: string
}

/**
 * Read a number; null if it is none, or if it needs a country and has none.
 *
 * @param country of a number that is written without its calling code; ISO 3166, two letters
 */
export function readPhone(typed: string, country: string, plans: PhonePlans): WholeNumber | null {
  const text = withoutScheme(plainDigits(typed))
  const plain = plainPhone(text)
  if (!/^\+?\d{4,20}$/.test(plain)) return null
  const groups = text.match(/\d+/g) ?? []
  const plan = plans.countries[country]
  const abroad = plain.startsWith('+') ? plain.slice(1) : afterAbroad(plain, plan, plans)
  if (abroad !== null) {
    const code = callingCodeOf(abroad, plans)
    if (code === null) return { number: `+${abroad}`, shown: `+${inGroups(abroad)}` }
    return whole(code, nationalOf(abroad.slice(code.length), planOf(code, plans)), groups)
  }
  if (plan === undefined) return null
  const [code] = plan
  return whole(code, nationalOf(withoutCode(plain, plan), plan), groups)
}

/** Whether there is such a number, as far as the tables tell; not whether anybody has it. */
export function isPossible({ number }: WholeNumber, plans: PhonePlans): boolean {
  const code = callingCodeOf(number.slice(1), plans)
  return (
    code !== null &&
    Object.values(plans.countries).some(
      (plan) => plan[0] === code && isOf(plan, number.slice(1 + code.length)),
    )
  )
}

/**
 * The country of a number, which may be masked after its calling code; null if it has none.
 *
 * @param likely is taken if it is one of several with this calling code
 */
export function countryOf(number: string, likely: string, plans: PhonePlans): string | null {
  const { countries, mains } = plans
  const code = callingCodeOf(/^\+(\d+)/.exec(number)?.[1] ?? '', plans)
  if (code === null) return null
  if (countries[likely]?.[0] === code) return likely
  return mains[code] ?? Object.keys(countries).find((one) => countries[one]?.[0] === code) ?? null
}

/** A pasted link to a number, `tel:+49-170-1234567;ext=1`. */
const withoutScheme = (text: string): string =>
  /^\s*tel:/i.test(text)
    ? text
        .replace(/^\s*tel:/i, '')
        .replace(/;.*$/, '')
        .replaceAll('%20', ' ')
    : text

/**
 * A number that is written as it is dialled from another country. 00 means this everywhere, also where the country's
 * own prefix is another one, if both are possible.
 */
function afterAbroad(plain: string, plan: Plan | undefined, plans: PhonePlans): string | null {
  const own = plan === undefined ? null : new RegExp(`^(?:${plan[1]})`).exec(plain)
  const rests = [plain.startsWith('00') ? 2 : 0, own?.[0].length ?? 0]
    .filter((length) => length > 0)
    .map((length) => plain.slice(length))
    .filter((rest) => !rest.startsWith('0'))
  return rests.find((rest) => isNumber(rest, plans)) ?? rests[0] ?? null
}

function isNumber(digits: string, plans: PhonePlans): boolean {
  const code = callingCodeOf(digits, plans)
  if (code === null) return false
  const plan = planOf(code, plans)
  return isOf(plan, nationalOf(digits.slice(code.length), plan))
}

/** No calling code begins with another one. */
function callingCodeOf(digits: string, { countries }: PhonePlans): string | null {
  const codes = new Set(Object.values(countries).map(([code]) => code))
  return [1, 2, 3].map((length) => digits.slice(0, length)).find((one) => codes.has(one)) ?? null
}

function planOf(code: string, { countries, mains }: PhonePlans): Plan | undefined {
  const main = mains[code]
  return main === undefined
    ? Object.values(countries).find(([one]) => one === code)
    : countries[main]
}

const isOf = (plan: Plan | undefined, national: string): boolean =>
  plan !== undefined && new RegExp(`^(?:${plan[2]})$`).test(national)

/** The calling code is there and the + is not. */
function withoutCode(digits: string, plan: Plan): string {
  const [code, , , lengths] = plan
  if (!digits.startsWith(code)) return digits
  const rest = digits.slice(code.length)
  const asIs = nationalOf(digits, plan)
  const isTooLong = asIs.length > Math.max(...lengths)
  const fitsOnlyWithout = !isOf(plan, asIs) && isOf(plan, nationalOf(rest, plan))
  return fitsOnlyWithout || isTooLong ? rest : digits
}

/** Without the prefix that is dialled within the country, unless it may be the number's own beginning. */
function nationalOf(digits: string, plan: Plan | undefined): string {
  if (plan === undefined) return digits
  const [, , , lengths, prefix, transform] = plan
  if (prefix === undefined) return digits
  const pattern = new RegExp(`^(?:${prefix})`)
  const found = pattern.exec(digits)
  if (found === null) return digits
  const isCaught = found.length > 1 && found.at(-1) !== undefined && found.at(-1) !== ''
  const national =
    transform !== undefined && isCaught
      ? digits.replace(pattern, transform)
      : digits.slice(found[0].length)
  if (isOf(plan, digits) && !isOf(plan, national)) return digits
  const isPossible = lengths.includes(national.length) || national.length > Math.max(...lengths)
  return isPossible ? national : digits
}

function whole(code: string, national: string, groups: readonly string[]): WholeNumber {
  return { number: `+${code}${national}`, shown: `+${code} ${asTyped(national, groups)}` }
}

/** In the groups in which it was typed, because so it is compared most easily. */
function asTyped(national: string, groups: readonly string[]): string {
  const typed = groups.join('')
  if (!typed.endsWith(national)) return inGroups(national)
  let before = typed.length - national.length
  const own = groups.flatMap((group) => {
    const cut = Math.min(before, group.length)
    before -= cut
    return cut === group.length ? [] : [group.slice(cut)]
  })
  return own.length > 1 ? own.join(' ') : inGroups(national)
}

/** Groups of three and at the end of four, because few can compare ten digits in a row. */
function inGroups(digits: string): string {
  const fours = digits.length % 3
  if (digits.length < 6) return digits
  const threes = digits.length - fours * 4
  const groups = [digits.slice(0, threes), digits.slice(threes)]
  return [...(groups[0]?.match(/\d{3}/g) ?? []), ...(groups[1]?.match(/\d{4}/g) ?? [])].join(' ')
}
