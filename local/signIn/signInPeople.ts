import { createHash, randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import * as z from 'zod'

/** Wrong passwords that one e-mail address may have in a window; then also the right one waits. */
const WRONG_PASSWORDS_MAX = 10
const WRONG_PASSWORDS_WINDOW_MINUTES = 15

export const PASSWORD_LENGTH_MIN = 8
export const PASSWORD_LENGTH_MAX = 128

export type Verdict = 'right' | 'wrong' | 'locked'
export type People = Awaited<ReturnType<typeof openPeople>>

const stored = z.strictObject({
  people: z.array(z.strictObject({ email: z.string(), salt: z.base64(), hash: z.base64() })),
  /** How often the person of an address was removed, by the first person's id, so that no address stays. */
  removed: z.record(z.string(), z.int().positive()).default({}),
})
type Secret = { salt: Buffer; hash: Buffer }

/**
 * Who may sign in, by lower-cased e-mail address; in memory, or kept in `dataFile`.
 *
 * Only salted scrypt hashes (Node's defaults: 16 MB, 16,384 rounds) are kept, never a password.
 */
export async function openPeople({ dataFile, clock }: { dataFile?: string; clock: () => Date }) {
  const { people, removed } = await load(dataFile)
  /** Of an address that is registered anew, another person's: nothing of the first becomes the second's. */
  const idOf = (email: string) => personId(email, removed.get(personId(email)) ?? 0)
  const emails = new Map([...people.keys()].map((email) => [idOf(email), email]))
  /** The oldest first, because what is over goes before anything is added. */
  const tries = new Map<string, { count: number; since: Date }>()
  let saved = Promise.resolve()

  /** Spent before checked, so that a burst of guesses cannot outrun the limit. */
  function spend(email: string): boolean {
    const now = clock()
    const isOver = ({ since }: { since: Date }) =>
      now.getTime() - since.getTime() >= WRONG_PASSWORDS_WINDOW_MINUTES * 60_000
    for (const [key, past] of tries) {
      if (!isOver(past)) break
      tries.delete(key)
    }
    const { count, since } = tries.get(email) ?? { count: 0, since: now }
    if (count >= WRONG_PASSWORDS_MAX) return false
    tries.set(email, { count: count + 1, since })
    return true
  }

  async function check(email: string, password: string): Promise<Verdict> {
    if (!spend(email)) return 'locked'
    // An unknown address costs the same time as a known one.
    const { salt, hash } = people.get(email) ?? NOBODY
    if (!timingSafeEqual(await hashed(password, salt), hash)) return 'wrong'
    tries.delete(email)
    return 'right'
  }

  async function save(): Promise<void> {
    if (!dataFile) return
    saved = saved.then(() => write(dataFile, people, removed))
    await saved
  }

  return {
    /** Check a password; the first sign-in of an address registers it. */
    async signIn(email: string, password: string): Promise<Verdict> {
      if (people.has(email)) return check(email, password)
      const secret = await newSecret(password)
      // Somebody else was first while this password was being hashed.
      if (people.has(email)) return check(email, password)
      people.set(email, secret)
      emails.set(idOf(email), email)
      await save()
      return 'right'
    },

    emailOf: (id: string): string | undefined => emails.get(id),

    /** The id of whoever is registered with this address. */
    find: (email: string): string | undefined => (people.has(email) ? idOf(email) : undefined),

    /** Whoever registers the same address after this is another person. */
    async remove(id: string): Promise<void> {
      const email = emails.get(id)
      if (email === undefined) return
      const first = personId(email)
      people.delete(email)
      emails.delete(id)
      removed.set(first, (removed.get(first) ?? 0) + 1)
      await save()
    },

    async changePassword(email: string, current: string, next: string): Promise<Verdict> {
      const verdict = await check(email, current)
      if (verdict !== 'right') return verdict
      const secret = await newSecret(next)
      // Removed while the new password was being hashed.
      if (!people.has(email)) return 'wrong'
      people.set(email, secret)
      await save()
      return 'right'
    },
  }
}

/**
 * The same person after every restart: a UUID (version 8) out of the SHA-256 of the address, and of how
 * many people had it before.
 */
function personId(email: string, before = 0): string {
  const named = before === 0 ? email : `${email}\0${before}`
  const bytes = createHash('sha256').update(named).digest().subarray(0, 16)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

const scryptOf = promisify<string, Buffer, number, Buffer>(scrypt)
const hashed = (password: string, salt: Buffer) => scryptOf(password.normalize('NFC'), salt, 32)

async function newSecret(password: string): Promise<Secret> {
  const salt = randomBytes(16)
  return { salt, hash: await hashed(password, salt) }
}

/** Nobody's password: no hash is all zeros but by a chance of one in 2^256. */
const NOBODY: Secret = { salt: randomBytes(16), hash: Buffer.alloc(32) }

type Kept = { people: Map<string, Secret>; removed: Map<string, number> }

async function load(dataFile: string | undefined): Promise<Kept> {
  if (!dataFile) return { people: new Map(), removed: new Map() }
  const text = await readFile(dataFile, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '{"people":[]}'
    throw error
  })
  const { people, removed } = stored.parse(JSON.parse(text))
  return {
    people: new Map(
      people.map(({ email, salt, hash }) => [
        email,
        { salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64') },
      ]),
    ),
    removed: new Map(Object.entries(removed)),
  }
}

/** Written beside and moved over, so that a crash leaves the old file or the new one, never half. */
async function write(
  dataFile: string,
  people: ReadonlyMap<string, Secret>,
  removed: ReadonlyMap<string, number>,
): Promise<void> {
  const list = [...people].map(([email, { salt, hash }]) => ({
    email,
    salt: salt.toString('base64'),
    hash: hash.toString('base64'),
  }))
  await mkdir(dirname(dataFile), { recursive: true })
  const text = JSON.stringify({ people: list, removed: Object.fromEntries(removed) }, null, 2)
  await writeFile(`${dataFile}.new`, text, { mode: 0o600 })
  await rename(`${dataFile}.new`, dataFile)
}
