/** The rule of the bus that rings devices, on a laptop. */
import type { World } from '../../functions/composition.ts'
import { ringDevices } from '../../functions/handlers/ringDevices.ts'
import { ringing } from '../../functions/routes.ts'
import type { EventEnvelope } from './localBus.ts'

const typesOf = (source: string): readonly string[] =>
  Object.entries(ringing).find(([of]) => of === source)?.[1] ?? []

/** Call `ringDevices` with each event that rings, as EventBridge does: nobody waits for it. */
export function ringer(world: () => World) {
  const underWay = new Set<Promise<unknown>>()
  let isClosed = false
  let ring: ReturnType<typeof ringDevices> | undefined
  return {
    take(event: EventEnvelope): void {
      if (isClosed || !typesOf(event.source).includes(event['detail-type'])) return
      ring ??= ringDevices(world())
      const run = ring(event).catch((error: unknown) => console.error(error))
      underWay.add(run)
      void run.finally(() => underWay.delete(run))
    },
    /** Resolves when every ring under way is over. */
    async settled(): Promise<void> {
      await Promise.all(underWay)
    },
    /** Later events ring nobody: what they would read is about to end. */
    async close(): Promise<void> {
      isClosed = true
      await Promise.all(underWay)
    },
  }
}
