import { forget, recall, remember } from './tabStorage.ts'

/** What a tab stores of a sign-in before it leaves for the provider's page. */
export type SignInUnderWay = {
  readonly state: string
  readonly verifier: string
  readonly place: string
  readonly anew: boolean
}

export function rememberSignIn(underWay: SignInUnderWay): void {
  remember('signIn', underWay)
}

/**
 * The sign-in that this return ends; null if this tab began none with its state. It is returned only once.
 *
 * Without this check an attacker could send a link that signs the payer in to the attacker's account. A return with
 * another state does not end the tab's own sign-in either.
 */
export function takeReturn(parameters: URLSearchParams): SignInUnderWay | null {
  const underWay = underWayIn(recall('signIn'))
  if (underWay === null || parameters.get('state') !== underWay.state) return null
  forget('signIn')
  return underWay
}

function underWayIn(kept: unknown): SignInUnderWay | null {
  if (typeof kept !== 'object' || kept === null) return null
  const { state, verifier, place, anew } = kept as Record<string, unknown>
  const isWhole =
    typeof state === 'string' && typeof verifier === 'string' && typeof place === 'string'
  return isWhole ? { state, verifier, place, anew: anew === true } : null
}
