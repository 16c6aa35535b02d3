import { denialPorts, lambda, payments, type World } from '../composition.ts'
import { sweep } from '../core/sweeping.ts'
import { count, flush, logger } from '../observe.ts'
import { channelEnds, channelSweeps } from '../providerComposition.ts'

/**
 * Runs every minute: expires payments and reads the answers of silent channels. A fault of one payment does not stop
 * the others; the run fails at its end, so that the owner's alarm sees it.
 */
export const sweepPayments = (world: World) => {
  const store = payments(world)
  const ports = {
    payments: store,
    sweeps: channelSweeps(world, {
      ...denialPorts(world),
      payments: store,
      clock: world.clock,
    }),
    ends: channelEnds(world),
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
