/** What happened to an account lately, as its phone tells it. */
import type { Approvals } from '../deviceApi.ts'
import { wordsOf } from '../noticeWords.ts'

/** The newest, of each account. */
const SHOWN_MAX = 5

/** What somebody could do to an account to get at its money without this phone. */
const EVENTS = [
  'phone.changed',
  'device.added',
  'device.removed',
  'device.restored',
  'device.invited',
  'device.waiting',
  'device.stopped',
  'device.silenced',
  'starts.locked',
]

type Told = Pick<Approvals, 'notices'> & {
  readonly others: readonly Added[]
  /** This phone itself. */
  readonly told: Added | null
}
type Added = Pick<Approvals['device'], 'addedAt'>

/** The sentences; without those of phones that are named elsewhere on this page, and of this phone itself. */
export function latelyOf({ notices, others, told }: Told) {
  const named = [...others, ...(told ? [told] : [])].map(({ addedAt }) => addedAt)
  return notices
    .filter(({ event, at }) => EVENTS.includes(event) && !(isAdding(event) && named.includes(at)))
    .map(wordsOf)
    .filter((words) => words !== undefined)
    .slice(0, SHOWN_MAX)
}

const isAdding = (event: string) => event === 'device.added'
