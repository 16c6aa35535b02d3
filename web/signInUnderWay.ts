import { forget, recall, remember } from './tabStorage.ts'

/** What a tab remembers of the sign-in that it left for. */
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
 * The sign-in that this return ends, once; null where this tab began none of its state.
 *
 * Somebody else's return must not be taken in: who follows their link would be signed in as they are, and pay
 * for what they see there. It doesn't end the tab's own sign-in either.
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
