/** The payers of a measurement, whose phones are verified and known to the pretend phone. */
import { PutCommand } from '@aws-sdk/lib-dynamodb'
import { API_KEY } from './parts.ts'
import type { UnderLoad } from './underLoad.ts'

export type Payer = {
  readonly payerId: string
  readonly email: string
  readonly providerPhoneId: string
  readonly token: string
}

/** Payers that are stored at once: as many as the SDK has sockets. */
const AT_ONCE = 50

/** Store so many payers. */
export async function newPayers(underLoad: UnderLoad, count: number): Promise<Payer[]> {
  const payers: Payer[] = []
  while (payers.length < count) {
    const length = Math.min(AT_ONCE, count - payers.length)
    const next = Array.from({ length }, (_, n) => newPayer(underLoad, payers.length + n))
    payers.push(...(await Promise.all(next)))
  }
  return payers
}

/** One of them by chance. */
export function anyOf(payers: readonly Payer[]): Payer {
  const any = payers[Math.floor(Math.random() * payers.length)]
  if (!any) throw new Error('there are no payers')
  return any
}

/** The item of a payer whose phone is verified. */
export const payerItem = (payerId: string, email: string, national: string, phoneId: string) => ({
  user_id: payerId,
  email,
  phone_number: `+1${national}`,
  phone_country_code: '1',
  phone_verified_at: new Date().toISOString(),
  provider_phone_id: phoneId,
})

/** A number's id at the pretend phone, which plays Authy. */
export async function phoneIdAt(phoneUrl: string, email: string, national: string) {
  const response = await fetch(`${phoneUrl}/protected/json/users/new`, {
    method: 'POST',
    headers: { 'X-Authy-API-Key': API_KEY, 'content-type': 'application/json' },
    body: JSON.stringify({ user: { email, cellphone: national, country_code: 1 } }),
  })
  const { user } = (await response.json()) as { user: { id: number } }
  return String(user.id)
}

async function newPayer({ phoneUrl, documents, tokenOf }: UnderLoad, n: number): Promise<Payer> {
  const payerId = `payer-${n}`
  const email = `${payerId}@example.com`
  const national = `2025${String(550_000 + n).padStart(6, '0')}`
  const providerPhoneId = await phoneIdAt(phoneUrl, email, national)
  const Item = payerItem(payerId, email, national, providerPhoneId)
  await documents.send(new PutCommand({ TableName: 'users', Item }))
  return { payerId, email, providerPhoneId, token: await tokenOf(payerId, email) }
}
