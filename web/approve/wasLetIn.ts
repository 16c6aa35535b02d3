import { el } from '../element.ts'
import type { formMessage } from '../form.ts'
import { detailsOf, explain } from '../problem.ts'
import type { OwnDevice } from './deviceStore.ts'
import type { PhonePage } from './phonePage.ts'

/** Whether the account knows this phone, or can't be asked just now, which is said. */
export async function wasLetIn(
  { calls, watch }: Pick<PhonePage, 'calls' | 'watch'>,
  device: OwnDevice,
  say: ReturnType<typeof formMessage>['say'],
): Promise<boolean> {
  try {
    await calls.approvals(device)
  } catch (error) {
    if (detailsOf(error).code === 'device_not_trusted') return false
    say(el('p', {}, explain(error)))
    return true
  }
  await watch.look()
  return true
}
