import { GATEWAY_SECONDS } from '../functions/core/limits.ts'

/** For the way there and back, on a bad line. */
const ON_THE_WAY_MS = 5_000

/** What changes nothing may be asked again at any time, so it is not waited for as long as the server may take. */
export const LOOK_MS = 10_000

/**
 * How long an answer is waited for. What changes something is waited for as long as the server may take: a slow
 * change of phone whose text goes out must not be told as one that did not reach Payfriend.
 */
export const patienceMs = (method: 'GET' | 'POST'): number =>
  method === 'POST' ? GATEWAY_SECONDS * 1000 + ON_THE_WAY_MS : LOOK_MS
