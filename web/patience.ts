import { GATEWAY_SECONDS } from '../functions/core/limits.ts'

/** For the network both ways, on a bad connection. */
const ON_THE_WAY_MS = 5_000

/** The time limit of a read. It can be repeated at any time, so it may be shorter than the server's own limit. */
export const LOOK_MS = 10_000

/**
 * How long the page waits for an answer. It waits for a POST as long as the server may take: if a slow change of
 * phone still sends its text, the page must not say that Payfriend could not be reached.
 */
export const patienceMs = (method: 'GET' | 'POST'): number =>
  method === 'POST' ? GATEWAY_SECONDS * 1000 + ON_THE_WAY_MS : LOOK_MS
