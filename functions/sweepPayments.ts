import { sweep } from './core/sweeping.ts'
import { denialPorts, lambda, payments, type World } from './live.ts'
import { codeEnds, push } from './liveProvider.ts'
import { count, flush, logger } from './observe.ts'

/**
 * Runs every minute: ends what is due, and asks the provider about pushes that have been silent.
 * One payment's fault does not stop the others; the run fails at its end, so that the owner is told.
 */
export const sweepPayments = (world: World) => {
  const ports = {
    ...denialPorts(world),
    payments: payments(world),
    push: push(world),
    codes: codeEnds(world),
    clock: world.clock,
  }
  return async (): Promise<{ expired: number; decided: number; asked: number }> => {
    const { faults, ...swept } = await sweep(ports)
    count('Fault', faults.length)
    logger.info('sweep', { ...swept, faults: faults.length })
    flush()
    if (faults.length > 0) throw new Error(`${faults.length} payments could not be swept`)
    return swept
  }
}

export const handler = lambda(sweepPayments)
