import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import * as z from 'zod'
import type { KnownPhone } from './phoneBook.ts'
import type { KnownDevice } from './phoneDevices.ts'

const knownPhones = z.array(
  z.object({
    number: z.string(),
    hasApp: z.boolean(),
    // Older files lack it.
    isLandline: z.boolean().default(false),
    user: z
      .object({
        authyId: z.number(),
        number: z.string(),
        email: z.string(),
        confirmed: z.boolean(),
        registeredAt: z.coerce.date(),
      })
      .nullable(),
  }),
)

const knownDevices = z.array(
  z.object({
    kid: z.string(),
    email: z.string(),
    name: z.string(),
    asking: z
      .object({
        digits: z.string(),
        expiresAt: z.coerce.date(),
        // Older files lack them.
        code: z.string().default(''),
        isTurnedAway: z.boolean().default(false),
      })
      .nullable(),
    // Older files lack it.
    isCleared: z.boolean().default(false),
    push: z
      .object({
        token: z.string(),
        privateKey: z.string(),
        auth: z.string(),
        serverKey: z.string(),
      })
      .nullable()
      .default(null),
    keys: z.object({
      device: z.string(),
      passkey: z.string(),
      credentialId: z.string(),
      userHandle: z.string(),
    }),
  }),
)

/** The phones in a file; none if there is no file. Throws if the file holds anything else. */
export const loadPhones = (file: string): KnownPhone[] => load(file, knownPhones, 'phones')

/** The devices in a file, as `loadPhones`. */
export const loadDevices = (file: string): KnownDevice[] => load(file, knownDevices, 'devices')

function load<T>(file: string, schema: z.ZodType<T>, what: string): T | [] {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
  try {
    return schema.parse(JSON.parse(text))
  } catch (cause) {
    throw new Error(`${file} does not hold ${what}: remove it to start anew`, { cause })
  }
}

/**
 * Write a new file and rename it over the old one, so that a crash leaves one of the two whole. For its owner only,
 * because devices are kept with their private keys.
 */
export function save(file: string, what: readonly (KnownPhone | KnownDevice)[]): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(`${file}.new`, `${JSON.stringify(what, null, 2)}\n`, { mode: 0o600 })
  renameSync(`${file}.new`, file)
}
