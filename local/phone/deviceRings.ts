/** The notifications that a pretend device shows when it is rung. */
import * as z from 'zod'
import { type Item, isWaiting } from './deviceItems.ts'

/** A declarative push message (Push API, "Declarative push message"). */
const message = z.object({
  web_push: z.literal(8030),
  notification: z.object({
    title: z.string(),
    body: z.string(),
    navigate: z.url(),
    tag: z.string(),
  }),
})

export type Ring = z.infer<typeof message>['notification'] & { readonly at: Date }

/** The notification in a message; one that a browser could not read is still told of. */
export function ringOf(text: string, at: Date): Ring {
  const read = message.safeParse(parsed(text)).data?.notification
  const unread = { title: 'Payfriend', body: 'Something waits.', navigate: 'about:blank', tag: '' }
  return { ...(read ?? unread), at }
}

/** End the notifications of what waits no more. */
export function endRings(rings: Map<string, Ring>, items: Map<string, Item>, now: Date): void {
  for (const [tag, { navigate }] of rings) {
    const item = items.get(navigate.split('#')[1] ?? '')
    if (item && !isWaiting(item, now)) rings.delete(tag)
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
