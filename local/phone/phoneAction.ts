import * as z from 'zod'
import { deviceAnswer } from './deviceCalls.ts'
import { faultsSchema } from './faults.ts'

/** A press on the page of the pretend phone. */
export const phoneAction = z.discriminatedUnion('action', [
  z.strictObject({
    action: z.literal('answer'),
    uuid: z.string(),
    decision: z.enum(['approved', 'denied']),
  }),
  z.strictObject({ action: z.literal('setApp'), number: z.string(), hasApp: z.boolean() }),
  z.strictObject({
    action: z.literal('setLandline'),
    number: z.string(),
    isLandline: z.boolean(),
  }),
  z.strictObject({
    action: z.literal('setFaults'),
    faults: faultsSchema.partial(),
  }),
  z.strictObject({ action: z.literal('addDevice'), code: z.string(), name: z.string() }),
  z.strictObject({
    action: z.literal('answerDevice'),
    kid: z.string(),
    id: z.string(),
    answer: deviceAnswer,
  }),
  z.strictObject({
    action: z.enum(['removeDevice', 'clearDevice', 'forgetDevice', 'testRing']),
    kid: z.string(),
  }),
  z.strictObject({ action: z.literal('renewDevice'), kid: z.string(), code: z.string() }),
])

/** A press on one of the devices, or the one that adds a device. */
export type DeviceAction = Extract<
  z.infer<typeof phoneAction>,
  { kid: string } | { action: 'addDevice' }
>
