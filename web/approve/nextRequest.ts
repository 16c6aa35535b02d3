import { askedOf, type PhonePage, type PhoneScreen } from './phonePage.ts'
import type { Watched } from './watch.ts'

/**
 * Go back to the list as soon as a request comes that was not there before, so that a phone left on a view that only
 * says how something ended shows the next payment. The heading of the list gets the focus.
 *
 * @param answeredId of the request whose end is shown
 */
export function goOnWithNext(
  { watch, go }: Pick<PhonePage, 'watch' | 'go'>,
  { signal }: Pick<PhoneScreen, 'signal'>,
  answeredId?: string,
): void {
  const before = new Set([...idsOf(watch.all()), answeredId])
  watch.listen(() => {
    if (idsOf(watch.all()).some((id) => !before.has(id))) go('#waiting')
  }, signal)
}

const idsOf = (all: readonly Watched[]): string[] => askedOf(all).map(({ request }) => request.id)
