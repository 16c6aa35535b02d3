import { denialPorts, devices, lambda, payments, type World } from '../composition.ts'
import { tellWaitingAgain } from '../core/reminding.ts'
import { sweep } from '../core/sweeping.ts'
import { count, flush, logger } from '../observe.ts'
import { channelEnds, channelSweeps } from '../providerComposition.ts'

/**
 * Runs every minute: publishes the second event of devices that wait, expires payments, and reads the answers of silent
 * channels. A fault of one does not stop the others; the run fails at its end, so that the owner's alarm sees it.
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
    devices: devices(world),
    clock: world.clock,
  }
  return async (): Promise<{ expired: number; decided: number; asked: number }> => {
    try {
      // First, because it asks no provider, and a fault of the payments must not make a recovery silent.
      const ofDevices = await tellWaitingAgain(ports).catch((fault: unknown) => [fault])
      const { faults: ofPayments, ...swept } = await sweep(ports)
      const faults = [...ofDevices, ...ofPayments]
      count('Fault', faults.length)
      logger.info('sweep', { ...swept, faults: faults.length })
      if (faults.length > 0)
        throw new Error(`${faults.length} payments or waiting devices could not be swept`)
      return swept
    } finally {
      flush()
    }
  }
}

export const handler = lambda(sweepPayments)
