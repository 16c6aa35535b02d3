/** The rule for a device's name. */
import { DEVICE_NAME, DEVICE_NAME_LENGTH_MAX, DEVICE_NAME_RULE } from './limits.ts'
import { payeeText } from './payeeText.ts'

/**
 * A device's name as it is stored and shown. It obeys the rule of a payee's name, and is shorter and has fewer signs,
 * because it stands inside sentences of texts and pages.
 *
 * @returns the name, of 1 to 30 UTF-16 units; or why it is refused, as a sentence to show beside the field
 */
export function deviceName(given: string): ReturnType<typeof payeeText> {
  const name = payeeText('name', given)
  const length = ('text' in name ? name.text : given.normalize('NFKC').trim()).length
  if (length > DEVICE_NAME_LENGTH_MAX) return { reason: tooLong(given, length) }
  if (!('text' in name)) return name
  return DEVICE_NAME.test(name.text) ? name : { reason: DEVICE_NAME_RULE }
}

/** A sign such as ﷺ is stored as the many letters that it stands for, so the payer cannot count them. */
function tooLong(given: string, length: number): string {
  const [longest = ''] = [...given].sort((a, b) => stored(b) - stored(a))
  const counts = stored(longest)
  const why = counts > 1 ? ` “${longest}” counts as ${counts}.` : ''
  return `${DEVICE_NAME_RULE} This name has ${length}.${why}`
}

const stored = (sign: string): number => sign.normalize('NFKC').length

/**
 * A name by which the payer can tell a new device from their others: if one has the same name but for capitals, spaces
 * and forms of a letter (NFKC), a number is added. Undefined if there is no room for it: a name is never cut. Letters of
 * other scripts that look alike (Cyrillic а) are other letters, as in a payee's name.
 */
export function distinctName(name: string, taken: readonly string[]): string | undefined {
  const key = (one: string) => one.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ')
  const keys = taken.map(key)
  let distinct = name
  for (let number = 2; keys.includes(key(distinct)); number += 1) distinct = `${name} ${number}`
  return distinct.length > DEVICE_NAME_LENGTH_MAX ? undefined : distinct
}
