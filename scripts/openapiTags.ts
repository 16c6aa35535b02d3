/** The groups of routes in openapi.json, so that a viewer shows them in an order. */
import type { lambdas, RouteName } from '../functions/routes.ts'

/** In the order in which they are shown. */
const TAGS = {
  payments: 'Start a payment, ask for it, and let the payer end it. With the payer’s token.',
  account: 'Who is signed in, and where. With the payer’s token.',
  phone: 'The phone number that gets codes. With the payer’s token; only where texts are sent.',
  devices: 'The phones that approve, as the payer’s page manages them. With the payer’s token.',
  approvals: 'What a payer’s own device asks and answers. With the device’s proof, or to add one.',
  callback: 'What the provider calls.',
}

/** The groups as openapi.json has them. */
export const tags = () => Object.entries(TAGS).map(([name, description]) => ({ name, description }))

type Tag = keyof typeof TAGS
type Open = (typeof lambdas)[RouteName]['route']['open']

/** By the beginning of a path. */
const TAG_OF: Readonly<Record<string, Tag>> = {
  payments: 'payments',
  profile: 'account',
  sessions: 'account',
  phone: 'phone',
  devices: 'devices',
  approvals: 'approvals',
  device: 'approvals',
}

/** The group of a route. A path that belongs to none throws. */
export function tagOf(path: string, open: Open): Tag {
  const tag = TAG_OF[path.split('/')[1] ?? '']
  if (tag === undefined) throw new Error(`${path} belongs to no group of routes`)
  if (open === 'public') return 'callback'
  return open === 'device' ? 'approvals' : tag
}
