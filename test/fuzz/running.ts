/** Payfriend as `npm start` runs it, with the clock in hand and everything that the outside knows of it. */
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { startPayfriend } from '../../local/payfriend.ts'
import { type SoftwarePhone, softwarePhone } from '../../local/phone/softwarePhone.ts'
import { LOCAL_VERIFY } from '../../local/phone/verifyApi.ts'
import { movableClock, numberOf } from '../harness/harness.ts'
import {
  claimsOf,
  expiredToken,
  fresh,
  signIn,
  type Tokens,
  type Wallet,
  withoutScope,
} from './credentials.ts'
import type { PhoneState, ProviderName } from './moves.ts'
import { wireTo } from './wire.ts'

export const AUTHY_KEY = 'fuzz-authy-key'
const EMAILS = ['ada@example.com', 'bob@example.com', 'eve@example.com']
/** Longer than any limit, lock or window lasts. */
const BETWEEN_SCENARIOS_SECONDS = 25 * 3600

export type Person = {
  readonly email: string
  readonly payerId: string
  /** The verified one, if any; and the one that a code was last sent to. */
  number: string | undefined
  pending: string | undefined
  verificationId: string | undefined
  tokens: Tokens
  /** The code of the newest invitation. */
  invitation: string | undefined
  /** What the devices of this person were asked to sign, by its id. */
  readonly signing: Map<string, string>
  browsers: Browser[]
}

/** A browser with keys of its own, which may become a device. */
export type Browser = {
  readonly phone: SoftwarePhone
  kid: string | undefined
  digits: string | undefined
}

export type Running = Awaited<ReturnType<typeof startRunning>>

export async function startRunning(provider: ProviderName) {
  const clock = movableClock(new Date())
  const payfriend = await startPayfriend({
    port: 0,
    env: {
      PROVIDER: provider,
      AUTHY_API_KEY: AUTHY_KEY,
      VERIFY_API_SECRET: LOCAL_VERIFY.apiSecret,
    },
    clock: clock.now,
  })
  const { phone, world } = payfriend
  if (!phone) throw new Error('there is no pretend phone')
  const people: Person[] = []
  for (const email of EMAILS) {
    const tokens = await signIn(payfriend, email)
    const { sub: payerId } = claimsOf(tokens.access)
    people.push({
      email,
      payerId,
      number: undefined,
      pending: undefined,
      verificationId: undefined,
      tokens,
      invitation: undefined,
      signing: new Map(),
      browsers: [],
    })
  }
  const expired = await expiredToken(payfriend, EMAILS[0] ?? '')
  let noScope = await withoutScope(payfriend, EMAILS[0] ?? '')

  const database = new DynamoDBClient({
    endpoint: world.env.DYNAMODB_ENDPOINT ?? '',
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  })
  const documents = DynamoDBDocumentClient.from(database)
  const port = Number(new URL(payfriend.pageUrl).port)
  const wire = wireTo(port)
  let numbers = 0
  const site = { origin: payfriend.pageUrl, rpId: 'localhost' }
  const newBrowser = (): Browser => ({
    phone: softwarePhone({ ...site, clock: clock.now }),
    kid: undefined,
    digits: undefined,
  })

  const running = {
    provider,
    port,
    clock,
    phone,
    people,
    sweep: payfriend.sweep,
    send: wire.send,
    siteUrl: payfriend.pageUrl,
    callbackUrl: `${payfriend.pageUrl}/api/payments/callback`,
    /** Whose each payment is, by its id, and each cursor: the sub of whoever was first shown it. */
    owners: new Map<string, string>(),
    /** Gives a token of another Payfriend. */
    elsewhere: () => '',

    nextNumber: () => numberOf(numbers++),

    /** What somebody can show, good and bad. */
    walletOf(who: number): Wallet {
      const [own, other] = [running.person(who).tokens, running.person(who + 1).tokens]
      const elsewhere = running.elsewhere()
      return { own, other, expired, noScope: noScope.access, elsewhere }
    },

    person(who: number): Person {
      const person = people[who % people.length]
      if (!person) throw new Error('there is nobody')
      return person
    },

    /**
     * After all their sessions ended. This clock is days before the one that sign-in goes by, so no sign-in
     * is ever late enough for it: the mark goes, too.
     */
    async signInAnew(person: Person) {
      person.tokens = await signIn(payfriend, person.email)
      if (person.email === EMAILS[0]) noScope = await withoutScope(payfriend, person.email)
      await documents.send(
        new UpdateCommand({
          TableName: 'users',
          Key: { user_id: person.payerId },
          UpdateExpression: 'REMOVE sessions_from',
        }),
      )
    },

    /** A new day: nothing waits, nothing is counted, and everybody has such a phone. */
    async begin(phones: readonly PhoneState[]) {
      clock.advance(BETWEEN_SCENARIOS_SECONDS)
      Object.assign(phone.book.faults, { answer503: false, psd2Off: false })
      noScope = await fresh(payfriend, noScope)
      await Promise.all(
        people.map(async (person, n) => {
          person.tokens = await fresh(payfriend, person.tokens)
          const state = phones[n] ?? 'none'
          const number = state === 'none' ? undefined : running.nextNumber()
          const browsers = [newBrowser(), newBrowser(), newBrowser(), newBrowser()]
          Object.assign(person, { number, pending: undefined, invitation: undefined, browsers })
          if (number) phone.book.setApp(number, state === 'app')
          await put({
            user_id: person.payerId,
            email: person.email,
            ...(number && {
              phone_number: number,
              phone_country_code: '1',
              phone_verified_at: clock.now().toISOString(),
            }),
          })
        }),
      )
    },

    /** Every item of a table, one JSON text each. */
    async items(TableName: 'payments' | 'users'): Promise<string[]> {
      const found: string[] = []
      let from: Record<string, never> | undefined
      do {
        const { Items = [], LastEvaluatedKey } = await database.send(
          new ScanCommand({ TableName, ExclusiveStartKey: from }),
        )
        found.push(...Items.map((item) => JSON.stringify(item)))
        from = LastEvaluatedKey as Record<string, never> | undefined
      } while (from)
      return found.sort()
    },

    async close() {
      wire.close()
      database.destroy()
      await payfriend.close()
    },
  }
  return running

  async function put(Item: Record<string, unknown>) {
    await documents.send(new PutCommand({ TableName: 'users', Item }))
  }
}
