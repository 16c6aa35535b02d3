/** The second event of a device that waits, at half of its wait: so its payer hears of it while it can be stopped. */
import type { DeviceStore } from './devicePorts.ts'
import type { Clock } from './ports.ts'

/**
 * Publish the due events again, each once. A fault of one does not stop the others.
 *
 * @returns the faults
 */
export async function tellWaitingAgain({
  devices,
  clock,
}: {
  readonly devices: Pick<DeviceStore, 'dueReminders' | 'tellAgain'>
  readonly clock: Clock
}): Promise<readonly unknown[]> {
  const due = await devices.dueReminders(clock())
  const told = await Promise.allSettled(due.map((reminder) => devices.tellAgain(reminder, clock())))
  return told.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
}
