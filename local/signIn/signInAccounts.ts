import { createHash, randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import * as z from 'zod'

/** After this many wrong passwords in a window, the right one is refused too until the window ends. */
const WRONG_PASSWORDS_MAX = 10
const WRONG_PASSWORDS_WINDOW_MINUTES = 15

/** The e-mail addresses that HTML's own e-mail field accepts; checked here too, because a program may send one. */
export const EMAIL_LENGTH_MAX = 254
const EMAIL = /^[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[a-z\d](?:[a-z\d.-]{0,251}[a-z\d])?$/

export const isEmail = (text: string): boolean =>
  text.length <= EMAIL_LENGTH_MAX && EMAIL.test(text) && !text.includes('..')

export const PASSWORD_LENGTH_MIN = 8
export const PASSWORD_LENGTH_MAX = 128

/** `lockedMinutes`: until when no password is checked. */
export type Verdict = 'right' | 'wrong' | { readonly lockedMinutes: number }
export type Accounts = Awaited<ReturnType<typeof openAccounts>>

const stored = z.strictObject({
  people: z.array(
    z.strictObject({
      email: z.string(),
      // Both missing until the first sign-in on the page.
      salt: z.base64().optional(),
      hash: z.base64().optional(),
    }),
  ),
  /** How many accounts of an address were removed. The key is the first account's id, so that no address is kept. */
  removed: z.record(z.string(), z.int().positive()).default({}),
})
type Secret = { salt: Buffer; hash: Buffer }

/**
 * The accounts of the local sign-in, by lower-cased e-mail address; in memory, or kept in `dataFile`.
 *
 * Only salted scrypt hashes (Node's defaults: 16 MB, 16,384 rounds) are kept, never a password.
 */
export async function openAccounts({ dataFile, clock }: { dataFile?: string; clock: () => Date }) {
  const { accounts, removed } = await load(dataFile)
  /** An address that is registered again gets a new id, so that the new account gets nothing of the removed one. */
  const idOf = (email: string) => accountIdOf(email, removed.get(accountIdOf(email)) ?? 0)
  const emails = new Map([...accounts.keys()].map((email) => [idOf(email), email]))
  /** Oldest first, because entries that are over are deleted before one is added. */
  const tries = new Map<string, { count: number; since: Date }>()
  let saved = Promise.resolve()

  /** Count an attempt before its check, so that a burst of guesses cannot exceed the limit; null if there was one left. */
  function spend(email: string): Verdict | null {
    const now = clock()
    const isOver = ({ since }: { since: Date }) =>
      now.getTime() - since.getTime() >= WRONG_PASSWORDS_WINDOW_MINUTES * 60_000
    for (const [key, past] of tries) {
      if (!isOver(past)) break
      tries.delete(key)
    }
    const { count, since } = tries.get(email) ?? { count: 0, since: now }
    if (count >= WRONG_PASSWORDS_MAX) {
      const leftMs = since.getTime() + WRONG_PASSWORDS_WINDOW_MINUTES * 60_000 - now.getTime()
      return { lockedMinutes: Math.ceil(leftMs / 60_000) }
    }
    tries.set(email, { count: count + 1, since })
    return null
  }

  async function check(email: string, password: string): Promise<Verdict> {
    const lock = spend(email)
    if (lock !== null) return lock
    // An unknown address takes as long as a known one.
    const { salt, hash } = accounts.get(email) ?? NOBODY
    if (!timingSafeEqual(await hashed(password, salt), hash)) return 'wrong'
    tries.delete(email)
    return 'right'
  }

  async function save(): Promise<void> {
    if (!dataFile) return
    saved = saved.then(() => write(dataFile, accounts, removed))
    await saved
  }

  return {
    /** Check a password; the first sign-in of an address registers it. */
    async signIn(email: string, password: string): Promise<Verdict> {
      if (accounts.get(email)) return check(email, password)
      const secret = await newSecret(password)
      // Another request registered the address while this password was being hashed.
      if (accounts.get(email)) return check(email, password)
      accounts.set(email, secret)
      emails.set(idOf(email), email)
      await save()
      return 'right'
    },

    /**
     * Register an address without a password: the first sign-in on the page sets it, as it does of an address that is new.
     *
     * @returns its id, and whether it is new
     */
    async open(email: string): Promise<{ id: string; isNew: boolean }> {
      const isNew = !accounts.has(email)
      if (isNew) {
        accounts.set(email, null)
        emails.set(idOf(email), email)
        await save()
      }
      return { id: idOf(email), isNew }
    },

    emailOf: (id: string): string | undefined => emails.get(id),

    /** The id of the account with this address. */
    find: (email: string): string | undefined => (accounts.has(email) ? idOf(email) : undefined),

    /** Remove an account. If its address is registered again, that account has another id. */
    async remove(id: string): Promise<void> {
      const email = emails.get(id)
      if (email === undefined) return
      const first = accountIdOf(email)
      accounts.delete(email)
      emails.delete(id)
      removed.set(first, (removed.get(first) ?? 0) + 1)
      await save()
    },

    async changePassword(email: string, current: string, next: string): Promise<Verdict> {
      const verdict = await check(email, current)
      if (verdict !== 'right') return verdict
      const secret = await newSecret(next)
      // The account was removed while the new password was being hashed.
      if (!accounts.has(email)) return 'wrong'
      accounts.set(email, secret)
      await save()
      return 'right'
    },
  }
}

/**
 * An account's id, the same after every restart: a UUID (version 8) from the SHA-256 of the address and of how
 * many accounts had it before.
 */
function accountIdOf(email: string, before = 0): string {
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

/** A secret that no password has: a hash is all zeros by a chance of one in 2^256. */
const NOBODY: Secret = { salt: randomBytes(16), hash: Buffer.alloc(32) }

/** An account's secret is null until its password is set. */
type Kept = { accounts: Map<string, Secret | null>; removed: Map<string, number> }

async function load(dataFile: string | undefined): Promise<Kept> {
  if (!dataFile) return { accounts: new Map(), removed: new Map() }
  const text = await readFile(dataFile, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '{"people":[]}'
    throw error
  })
  const { people, removed } = stored.parse(JSON.parse(text))
  return {
    accounts: new Map(
      people.map(({ email, salt, hash }) => [
        email,
        salt !== undefined && hash !== undefined
          ? { salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64') }
          : null,
      ]),
    ),
    removed: new Map(Object.entries(removed)),
  }
}

/** Write a new file and rename it over the old one, so that a crash leaves one of the two whole. */
async function write(
  dataFile: string,
  accounts: ReadonlyMap<string, Secret | null>,
  removed: ReadonlyMap<string, number>,
): Promise<void> {
  const list = [...accounts].map(([email, secret]) => ({
    email,
    ...(secret && {
      salt: secret.salt.toString('base64'),
      hash: secret.hash.toString('base64'),
    }),
  }))
  await mkdir(dirname(dataFile), { recursive: true })
  const text = JSON.stringify({ people: list, removed: Object.fromEntries(removed) }, null, 2)
  await writeFile(`${dataFile}.new`, text, { mode: 0o600 })
  await rename(`${dataFile}.new`, dataFile)
}
