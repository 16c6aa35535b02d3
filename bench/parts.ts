/** What the load and the server under it agree on. */
export const API_KEY = 'bench-authy-key'
export const CLIENT_ID = 'bench'
export const SCOPE = 'payfriend/pay'

export type ToServer = { ask: 'usage' } | { ask: 'delay'; ms: number }
export type Ready = { url: string; endpoint: string; phoneUrl: string; callbackUrl: string }
export type Usage = { cpuMs: number; rssMb: number }
export type FromServer = Ready | Usage

/** What the load with faults and its server agree on. */
export type ToFaulty = { ask: 'state' } | { ask: 'sweep' } | { ask: 'pass'; seconds: number }
/** Counted from the start; `givenUp`: throttles after which the SDK did not try again. */
export type Injected = {
  databaseCalls: number
  throttled: number
  givenUp: number
  providerCalls: number
  unavailable: number
}
export type FaultyReady = { url: string; endpoint: string }
export type FaultyState = {
  rssMb: number
  heapMb: number
  injected: Injected
  swept: { expired: number; decided: number; asked: number } | 'with faults' | undefined
}
export type FromFaulty = FaultyReady | FaultyState
