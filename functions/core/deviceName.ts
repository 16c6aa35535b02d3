/** The rule for a device's name. */
import { DEVICE_NAME, DEVICE_NAME_LENGTH_MAX } from './limits.ts'
import { payeeText } from './payeeText.ts'

/**
 * A device's name as it is stored and shown. It obeys the rule of a payee's name, and is shorter and plainer, because it
 * stands inside sentences of texts and pages.
 *
 * @returns the name, of 1 to 30 UTF-16 units; or why it is refused, as a sentence to show beside the field
 */
export function deviceName(given: string): ReturnType<typeof payeeText> {
  const name = payeeText('name', given)
  if (!('text' in name)) return name
  if (name.text.length > DEVICE_NAME_LENGTH_MAX) return { reason: 'Use 30 characters at most.' }
  return DEVICE_NAME.test(name.text) ? name : { reason: 'Use letters, digits, spaces and - only.' }
}
