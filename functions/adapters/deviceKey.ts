/** A device's public key, in requests and as it is stored. */
import * as z from 'zod'
import { bytesOf } from '../core/base64url.ts'
import type { DeviceKey } from '../core/device.ts'
import type { Same } from '../core/same.ts'

/** 32 bytes: a thumbprint, a coordinate, a hash. */
export const bytes32 = z.string().refine((text) => bytesOf(text, 32)?.length === 32)

/** The public key of a device as JWK, with exactly these members: a private one must never reach the server. */
export const deviceKey = z.strictObject({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: bytes32,
  y: bytes32,
})
true satisfies Same<z.infer<typeof deviceKey>, DeviceKey>
