import { announcementOf, pagesAdded } from './core/record.ts'
import { followPayments, sha256 } from './followPayments.ts'
import { eventBus, lambda, type World } from './live.ts'

/** Follows the payments: whoever listens is told that one began to wait, and how it ended. */
export const announcePayments = (world: World) => {
  const bus = eventBus(world)
  return followPayments('AnnounceFault', async ({ before, after }) => {
    if (!after) return
    const announcements = pagesAdded(before, after, sha256).flatMap(
      (page) => announcementOf(page) ?? [],
    )
    await bus.announce(announcements)
  })
}

export const handler = lambda(announcePayments)
