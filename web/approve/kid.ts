/** A device's `kid`, `<payer>.<thumbprint>`: which account and which key it names. */

type Named = { readonly kid: string }
type Known = Named & { readonly pending: object | null }

/** The payer's id in a device's `kid`; the thumbprint after the last dot has none. */
export const payerOf = ({ kid }: Named): string => kid.slice(0, kid.lastIndexOf('.'))

/** The device's id in the API. */
export const thumbprintIn = ({ kid }: Named): string => kid.slice(kid.lastIndexOf('.') + 1)

/**
 * The devices that this one replaces: the account waits for one new phone at a time, so that the digits of an earlier
 * try are worth nothing once another was made or let in.
 */
export function replacedBy(device: Known, all: readonly Known[]): Named[] {
  const before = all.find(({ kid }) => kid === device.kid)
  // It approves already, and only its e-mail address is new: a later try may wait meanwhile.
  if (before?.pending === null) return []
  return all.filter(
    (other) =>
      other.kid !== device.kid && other.pending !== null && payerOf(other) === payerOf(device),
  )
}
