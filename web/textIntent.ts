/** The press that sent a payment asked for a code by text too. Kept in memory only: a reload or a way back texts nothing. */
let wanted: string | null = null

/** The payment's page is to text a code once, when it is opened. */
export function intendText(paymentId: string): void {
  wanted = paymentId
}

/** Whether that was asked for; true only once, and only of the payment that is opened next. */
export function takeTextIntent(paymentId: string): boolean {
  const isWanted = wanted === paymentId
  wanted = null
  return isWanted
}
