/** `PROVIDER=none npm start`, and a folder of data that is opened with another provider than before. */
import { randomBytes } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { type Carriers, type Provider, providers } from '../../functions/routes.ts'
import { operate } from '../../local/operator.ts'
import { type Payfriend, startPayfriend } from '../../local/payfriend.ts'
import { numberOf } from '../harness/harness.ts'
import { signedInAt } from '../harness/signedIn.ts'

const EMAIL = 'ada@example.com'
const NUMBER = numberOf(1)
const ID = 'A'.repeat(22)
const PAYMENT = {
  payee: { name: 'Neville Longbottom', id: 'neville@hogwarts.ac.uk' },
  amount: { value: '20.50', currency: 'EUR' },
}

const running: Payfriend[] = []
afterEach(async () => {
  for (const one of running.splice(0)) await one.close()
})

async function start({ provider, formerProvider }: Carriers, dataDir?: string) {
  const env = { PROVIDER: provider, ...(formerProvider && { FORMER_PROVIDER: formerProvider }) }
  const payfriend = await startPayfriend({ port: 0, env, dataDir })
  running.push(payfriend)
  const { phone } = payfriend
  if (!phone) throw new Error('these tests need the pretend phone')
  const payer = await signedInAt(payfriend, EMAIL)
  const { api } = payer

  return {
    ...{ payfriend, phone, api },

    /** Ends, so that its folder can be opened again. */
    async end() {
      running.splice(running.indexOf(payfriend), 1)
      await payfriend.close()
    },

    send: () => api('POST', '/payments', PAYMENT, randomBytes(16).toString('hex')),

    /** The payer adds the pretend phone; `invitation` is the operator's. */
    async addPhone(invitation?: string) {
      const { code } = (await api('POST', '/devices/invitations', {})).body
      expect(await phone.devices.add(code, 'Pretend phone')).toBeNull()
      const [device] = phone.devices.shown(new Date())
      const { pending } = (await api('GET', '/profile')).body.devices
      const digits = device?.asking?.digits
      return api('POST', `/devices/${pending.id}/confirmation`, { digits, invitation })
    },

    async answer(id: string, answer: 'approve' | 'deny') {
      await phone.devices.look()
      const [device] = phone.devices.shown(new Date())
      expect(await phone.devices.answer(device?.kid ?? '', `payment.${id}`, answer)).toBeNull()
      return (await api('GET', `/payments/${id}`)).body.status
    },

    async verifyNumber() {
      const sent = await api('POST', '/phone', { phoneNumber: NUMBER, channel: 'sms' })
      const { verificationId } = sent.body
      const code = phone.book.messages(NUMBER)[0]?.code
      expect(await api('POST', '/phone/verification', { verificationId, code })).toMatchObject({
        status: 200,
      })
    },

    /** Approve by a text. */
    async approveByText(id: string) {
      expect(await api('POST', `/payments/${id}/sms`, {})).toMatchObject({ status: 202 })
      const code = phone.book.messages(NUMBER)[0]?.code
      return api('POST', `/payments/${id}/sms/verification`, { code })
    },
  }
}

describe('without a provider', () => {
  test('a payer registers, adds a phone, pays, approves and denies', async () => {
    const { send, addPhone, answer } = await start({ provider: 'none' })
    expect(await send()).toMatchObject({ status: 403, body: { code: 'device_required' } })
    const added = await addPhone()
    expect(added).toMatchObject({
      status: 200,
      body: { devices: { list: [{ addedBy: 'sign-in' }] } },
    })
    for (const [said, status] of [
      ['approve', 'approved'],
      ['deny', 'denied'],
    ] as const) {
      const sent = await send()
      expect(sent.status).toBe(201)
      expect(await answer(sent.body.paymentId, said)).toBe(status)
    }
  })

  test.each(providers)('with %s the page is told whether there are texts', async (provider) => {
    const { payfriend } = await start({ provider })
    const config = await (await fetch(`${payfriend.pageUrl}/config.json`)).json()
    expect(config).toMatchObject({ texts: provider !== 'none' })
  })

  test.each([
    '/phone',
    '/phone/verification',
    `/payments/${ID}/sms`,
    `/payments/${ID}/sms/verification`,
    '/payments/callback',
    `/devices/${'A'.repeat(43)}/leave`,
  ])('there is no route of texts and pushes: %s', async (path) => {
    const { api } = await start({ provider: 'none' })
    expect(await api('POST', path, {})).toEqual({ status: 404, body: { message: 'Not Found' } })
  })

  test('the pretend phone plays no provider, and no key of one is made', async () => {
    const { phone, payfriend } = await start({ provider: 'none' })
    for (const path of ['/v2/Services', '/protected/json/users/new', '/onetouch/json/x']) {
      const answer = await fetch(`${phone.url}${path}`)
      expect([answer.status, await answer.text()]).toEqual([404, 'nothing here'])
    }
    expect(await (await fetch(`${phone.url}/state`)).json()).toMatchObject({
      hasProvider: false,
      phones: [],
    })
    expect(payfriend.phoneKey).toBeUndefined()
    expect(Object.keys(payfriend.world.env).filter((name) => /AUTHY|VERIFY/.test(name))).toEqual([])
  })
})

const CHANGES = providers.flatMap((from) =>
  providers.filter((to) => to !== from).map((to) => [from, to] as const),
)

/** With what a folder is opened after a change of provider: `none` is never a former one. */
const after = (from: Provider, to: Provider): Carriers => ({
  provider: to,
  formerProvider: from === 'none' ? undefined : from,
})

describe.each(CHANGES)('a folder of data from %s, opened with %s', (from, to) => {
  const folder = () => mkdtempSync(join(tmpdir(), 'payfriend-'))

  test('lets open payments end as they were started', async () => {
    const dataDir = folder()
    const before = await start({ provider: from }, dataDir)
    if (from === 'none') await before.addPhone()
    else await before.verifyNumber()
    const { paymentId } = (await before.send()).body
    await before.end()

    const now = await start(after(from, to), dataDir)
    expect((await now.api('GET', `/payments/${paymentId}`)).body.status).toBe('pending')
    if (from === 'none') expect(await now.answer(paymentId, 'approve')).toBe('approved')
    else expect((await now.approveByText(paymentId)).body.status).toBe('approved')
  })

  test('lets the payer go on, or says that a phone is needed, and the operator has the way', async () => {
    const dataDir = folder()
    const before = await start({ provider: from }, dataDir)
    if (from === 'none') await before.addPhone()
    else await before.verifyNumber()
    await before.end()

    const now = await start({ provider: to }, dataDir)
    const sent = await now.send()
    if (to !== 'none') return expect(sent).toMatchObject({ status: 201 })
    expect(sent).toMatchObject({ status: 403, body: { code: 'device_required' } })
    expect((await now.api('GET', '/profile')).body.devices).toMatchObject({
      everHadOne: false,
      canAdd: true,
      leaves: ['invitation'],
    })
    const invited = await operate(now.payfriend.world, 'invite', EMAIL)
    const code = 'handover' in invited ? invited.handover.code : undefined
    expect(await now.addPhone(code)).toMatchObject({ status: 200 })
    const again = await now.send()
    return expect(await now.answer(again.body.paymentId, 'approve')).toBe('approved')
  })
})

test.each([
  ['the current one', { PROVIDER: 'authy', FORMER_PROVIDER: 'authy' }, /must differ from PROVIDER/],
  ['none', { PROVIDER: 'authy', FORMER_PROVIDER: 'none' }, /must be authy or twilioVerify/],
  [
    'a pretend one beside a real one',
    {
      PROVIDER: 'authy',
      FORMER_PROVIDER: 'twilioVerify',
      AUTHY_API_URL: 'https://api.authy.com',
      AUTHY_API_KEY: 'x',
    },
    /^AUTHY_API_URL is set, so VERIFY_API_URL, .* must be set too\.$/,
  ],
])('a former provider that is %s is refused with what is wrong', async (_, env, words) => {
  await expect(startPayfriend({ port: 0, env })).rejects.toThrow(words)
})
