import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import * as z from 'zod'
import type { KnownPhone } from './phoneBook.ts'

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

/** The phones in a file; none if there is no file. Throws if the file holds anything else. */
export function loadPhones(file: string): KnownPhone[] {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
  try {
    return knownPhones.parse(JSON.parse(text))
  } catch (cause) {
    throw new Error(`${file} does not hold phones: remove it to start anew`, { cause })
  }
}

/** Write a new file and rename it over the old one, so that a crash leaves one of the two whole. */
export function savePhones(file: string, phones: KnownPhone[]): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(`${file}.new`, `${JSON.stringify(phones, null, 2)}\n`)
  renameSync(`${file}.new`, file)
}
