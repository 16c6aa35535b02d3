/** The events that the bus delivered last, to look at and to deliver again. */
import type { EventEnvelope } from './localBus.ts'

/** The most events that are remembered; an older one is forgotten. */
export const EVENTS_MAX = 50

/** An event with what became of it. */
export type DeliveredEvent = {
  readonly event: EventEnvelope
  /** How often it was delivered, the first time included. */
  readonly deliveries: number
}

export type LastEvents = ReturnType<typeof lastEvents>

/**
 * Remember what the bus delivers. EventBridge delivers an event at least once, so a receiver must bear a second
 * delivery: `again` makes one, of the same envelope with the same id, to everything that had the first.
 *
 * @param deliver gives an event to its receivers
 */
export function lastEvents(deliver: (event: EventEnvelope) => void, onChange: () => void) {
  const kept = new Map<string, DeliveredEvent>()

  function deliverOnce(event: EventEnvelope): void {
    const deliveries = (kept.get(event.id)?.deliveries ?? 0) + 1
    kept.set(event.id, { event, deliveries })
    const [oldest] = kept.keys()
    if (kept.size > EVENTS_MAX && oldest !== undefined) kept.delete(oldest)
    deliver(event)
    onChange()
  }

  return {
    take: deliverOnce,

    /** The newest first. */
    list: (): readonly DeliveredEvent[] => [...kept.values()].reverse(),

    /** @returns false if no event with this id is remembered */
    again(id: string): boolean {
      const found = kept.get(id)
      if (found) deliverOnce(found.event)
      return found !== undefined
    },
  }
}
