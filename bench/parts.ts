/** Shared by the load generator and the server under load. */
export const API_KEY = 'bench-authy-key'
export const CLIENT_ID = 'bench'
export const SCOPE = 'payfriend/pay'

export type ToServer = { ask: 'usage' } | { ask: 'delay'; ms: number } | { ask: 'sweep' }
export type Ready = { url: string; endpoint: string; phoneUrl: string; callbackUrl: string }
export type Usage = { cpuMs: number; rssMb: number }
export type FromServer = Ready | Usage
