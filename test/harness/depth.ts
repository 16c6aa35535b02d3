import { randomInt } from 'node:crypto'

/**
 * Test support: how many of what is left to chance a run tries. `npm test` tries as many as find a fault that
 * somebody has just made; `TEST_DEPTH=full npm test`, as CI does, tries all.
 */
export const isDeep = process.env.TEST_DEPTH === 'full'

export const byDepth = <T>(usual: T, full: T): T => (isDeep ? full : usual)

/** Where chance begins: anywhere, or where TEST_SEED says, so that a run that failed can be had again. */
export const chanceSeed = (): number => Number(process.env.TEST_SEED ?? randomInt(2 ** 31))
