/**
 * Checks what the browser says that it showed of a payment, member by member: "Verifying an Authentication Assertion" of
 * Secure Payment Confirmation (editor's draft of July 2026). Members that it does not know are ignored, because
 * browsers add some on purpose. Whether the passkey signed it is checked elsewhere.
 */
import type { PaymentSheet } from './paymentSheet.ts'

/** Which part of the sheet differs; `sheet`: there is none, or it is of another page. */
export type SheetFlaw = 'sheet' | 'payee' | 'total' | 'instrument'

type Site = { readonly origin: string; readonly rpId: string }
type Members = Readonly<Record<string, unknown>>

/** The first difference between the client data's `payment` and what was to be shown, or undefined. */
export function sheetFlawOf(
  payment: unknown,
  { payeeName, total, instrument }: PaymentSheet,
  { origin, rpId }: Site,
): SheetFlaw | undefined {
  const shown = membersOf(payment)
  if (!shown || shown.rpId !== rpId || shown.topOrigin !== origin) return 'sheet'
  if (shown.payeeName !== payeeName) return 'payee'
  // We name no origin of a payee; beside the name the sheet would show it as the payee.
  if (shown.payeeOrigin !== undefined) return 'payee'
  const sum = membersOf(shown.total)
  if (sum?.value !== total.value || sum.currency !== total.currency) return 'total'
  const means = membersOf(shown.instrument)
  if (means?.displayName !== instrument.displayName) return 'instrument'
  // What else the sheet can show, and we never ask for. An icon that could not be loaded is told as an empty text.
  if (!isNothing(means.icon) && means.icon !== instrument.icon) return 'instrument'
  if (!isNothing(means.details)) return 'instrument'
  const { paymentEntitiesLogos: logos } = shown
  if (logos !== undefined && !(Array.isArray(logos) && logos.length === 0)) return 'instrument'
  return undefined
}

const membersOf = (value: unknown): Members | undefined =>
  typeof value === 'object' && value !== null ? (value as Members) : undefined

const isNothing = (value: unknown) => value === undefined || value === ''
