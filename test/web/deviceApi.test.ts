import { expect, test } from 'vitest'
import type { DevicesView, DeviceView, RemovedView } from '../../functions/core/devicesView.ts'
import type { Device, Devices, RemovedDevice } from '../../web/deviceApi.ts'

/** Whether each value of the one is one of the other: the compiler is the test. */
type IsAlike<A, B> = [A, B] extends [B, A] ? true : false

test('the page knows the account’s phones as the API tells them, field by field', () => {
  const alike: readonly [
    IsAlike<Device, DeviceView>,
    IsAlike<RemovedDevice, RemovedView>,
    IsAlike<Devices, DevicesView>,
    IsAlike<Devices['pending'], DevicesView['pending']>,
  ] = [true, true, true, true]
  expect(alike).toHaveLength(4)
})
