/** The pretend phone as a payer's device: it calls Payfriend's API over HTTP, and its page's presses work it. */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { payments } from '../../functions/composition.ts'
import { asLambda } from '../../local/database/access.ts'
import { type Payfriend, startPayfriend } from '../../local/payfriend.ts'
import { noFaults } from '../../local/phone/faults.ts'
import { startPhone } from '../../local/phone/phone.ts'
import { softwarePhone } from '../../local/phone/softwarePhone.ts'
import { NOON } from '../core/answering.ts'
import { eventually } from '../harness/eventually.ts'
import { signedInAt } from '../harness/signedIn.ts'

let payfriend: Payfriend
let dataDir = ''
let people = 0

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'payfriend-'))
  payfriend = await startPayfriend({ port: 0, dataDir })
})
afterAll(() => payfriend.close())
beforeEach(() => void Object.assign(phone().book.faults, noFaults()))

const phone = () => {
  if (!payfriend.phone) throw new Error('these tests need the pretend phone')
  return payfriend.phone
}

/** A press on the phone's page. */
async function press(action: object): Promise<{ status: number; text: string }> {
  const response = await fetch(`${phone().url}/actions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: phone().url },
    body: JSON.stringify(action),
  })
  return { status: response.status, text: await response.text() }
}

type Shown = ReturnType<ReturnType<typeof phone>['devices']['shown']>[number]

/** What the phone's page shows of one account's device, once the phone has looked. */
async function shownOf({ email, device = 0 }: { email: string; device?: number }): Promise<Shown> {
  await phone().devices.look()
  const state = await fetch(`${phone().url}/state`)
  const { devices } = (await state.json()) as { devices: Shown[] }
  const found = devices.filter((one) => one.email === email)[device]
  if (!found) throw new Error(`no device of ${email}`)
  return found
}

/** Somebody new who is signed in. */
async function signedIn() {
  people += 1
  const email = `person${people}@example.com`
  const anew = async () => (await signedInAt(payfriend, email)).api
  return { email, api: await anew(), anew }
}

type Payer = Awaited<ReturnType<typeof signedIn>>

/** A device of the payer, which asks to be let in and shows its digits. */
async function asking(payer: Payer, name = 'Pretend phone') {
  const { body } = await payer.api('POST', '/devices/invitations', {})
  expect(await press({ action: 'addDevice', code: body.code, name })).toMatchObject({ status: 204 })
  return shownOf(payer)
}

/** The page's confirmation by the digits that the phone shows. */
async function confirm({ api }: Payer, digits: string | undefined) {
  const { pending } = (await api('GET', '/profile')).body.devices
  return api('POST', `/devices/${pending.id}/confirmation`, { digits })
}

/** A payer with one active device. */
async function withDevice() {
  const payer = await signedIn()
  const { asking: asks, kid } = await asking(payer)
  expect((await confirm(payer, asks?.digits)).status).toBe(200)
  return { ...payer, kid }
}

const PAYMENT = {
  payee: { name: 'Neville Longbottom', id: 'neville@hogwarts.ac.uk' },
  amount: { value: '20.50', currency: 'EUR' },
}

async function send({ api }: Payer) {
  const { status, body } = await api('POST', '/payments', PAYMENT, randomBytes(16).toString('hex'))
  expect(status).toBe(201)
  const { paymentId, displayText, reference } = body
  const statusNow = async () => (await api('GET', `/payments/${paymentId}`)).body
  return { id: `payment.${paymentId}`, displayText, reference, statusNow }
}

const answerOf = ({ kid }: { kid: string }, id: string, answer: string) =>
  press({ action: 'answerDevice', kid, id, answer })

describe('Add this phone', () => {
  test('with the page’s code shows account and digits, and is a device once these are typed', async () => {
    const payer = await signedIn()
    const asks = await asking(payer, 'Ada’s pretend phone')
    expect(asks).toMatchObject({
      email: payer.email,
      name: 'Ada’s pretend phone',
      asking: { digits: expect.stringMatching(/^\d{4}$/) },
      trouble: null,
      canRemove: false,
      items: [],
    })
    expect(asks.asking?.secondsLeft).toBeGreaterThan(590)
    const { status, body } = await confirm(payer, asks.asking?.digits)
    expect([status, body.devices.list]).toMatchObject([200, [{ name: 'Ada’s pretend phone' }]])
    expect(await shownOf(payer)).toMatchObject({ asking: null, trouble: null, canRemove: true })
  })

  test('shows the name by which the page knows it, if another phone has the one asked for', async () => {
    const payer = await withDevice()
    const { name } = await asking(payer)
    const { list, pending } = (await payer.api('GET', '/profile')).body.devices
    expect([list[0].name, pending.name, name]).toEqual([
      'Pretend phone',
      'Pretend phone 2',
      'Pretend phone 2',
    ])
  })

  test.each([
    [
      'in small letters with hyphens and blanks',
      (code: string) => ` ${code.toLowerCase().replace(/(.{5})/, '$1 - ')} `,
    ],
    [
      'as the link of the page’s QR',
      (code: string) => `${payfriend.pageUrl}/approve.html#add/${code}`,
    ],
  ])('takes the code %s', async (_, typed) => {
    const payer = await signedIn()
    const { body } = await payer.api('POST', '/devices/invitations', {})
    const added = await press({ action: 'addDevice', code: typed(body.code), name: 'Phone' })
    expect(added.status).toBe(204)
    expect((await shownOf(payer)).asking?.digits).toMatch(/^\d{4}$/)
  })

  test.each([
    ['no code', 'ABC', 'Phone', 'This is not a code of the page'],
    ['a code that was never given', 'ABCDE-FGHJK', 'Phone', 'The API refused: 404 not_found.'],
    [
      'a name that no payee may have',
      'ABCDE-FGHJK',
      '\u202e',
      'The API refused: 400 invalid_request.',
    ],
  ])('says why nothing came of %s', async (_, code, name, words) => {
    const { status, text } = await press({ action: 'addDevice', code, name })
    expect([status, text]).toEqual([409, expect.stringContaining(words)])
  })
})

async function evidenceOf({ kid }: { kid: string }, id: string) {
  const store = payments(asLambda(payfriend.world, 'paymentStatus'))
  const payment = await store.get(kid.slice(0, kid.lastIndexOf('.')), id.replace('payment.', ''))
  return payment && 'evidence' in payment.outcome && payment.outcome.evidence
}

describe('a payment', () => {
  test('is shown as the page shows it, and approved by the passkey', async () => {
    const payer = await withDevice()
    const { id, displayText, reference, statusNow } = await send(payer)
    const [item] = (await shownOf(payer)).items
    expect(item).toMatchObject({
      ...{ kind: 'payment', id, words: displayText, reference, status: 'waiting', problem: null },
    })
    expect(item?.secondsLeft).toBeGreaterThan(200)
    expect(await answerOf(payer, id, 'approve')).toMatchObject({ status: 204 })
    expect(await statusNow()).toMatchObject({
      status: 'approved',
      decision: { channel: 'device', proof: 'passkey' },
    })
    expect((await shownOf(payer)).items).toMatchObject([{ id, status: 'approved' }])
  })

  test.each(['changed_mind', 'not_me'])('is denied by the device’s key (%s)', async (reason) => {
    const payer = await withDevice()
    const { id, statusNow } = await send(payer)
    await shownOf(payer)
    expect(await answerOf(payer, id, reason)).toMatchObject({ status: 204 })
    expect(await statusNow()).toMatchObject({
      status: 'denied',
      decision: { channel: 'device', proof: 'device-key' },
    })
    expect(await evidenceOf(payer, id)).toMatchObject({ body: expect.stringContaining(reason) })
    expect((await shownOf(payer)).items).toMatchObject([{ status: 'denied' }])
  })

  test('that was cancelled no longer waits, and a late answer is refused in words', async () => {
    const payer = await withDevice()
    const { id } = await send(payer)
    await shownOf(payer)
    await payer.api('POST', `/payments/${id.replace('payment.', '')}/cancellation`, {})
    expect((await answerOf(payer, id, 'approve')).text).toContain('409 already_decided')
    expect((await shownOf(payer)).items).toMatchObject([
      { status: 'over', problem: expect.stringContaining('already_decided') },
    ])
  })

  test('of one account is shown on no device of another', async () => {
    const [one, other] = [await withDevice(), await withDevice()]
    const { id } = await send(one)
    expect((await shownOf(one)).items).toMatchObject([{ id }])
    expect((await shownOf(other)).items).toEqual([])
    expect(await answerOf(other, id, 'approve')).toMatchObject({ status: 404 })
  })
})

describe('a new device', () => {
  test.each([
    ['yes', 'approve', 'approved', 2],
    ['no', 'deny', 'denied', 1],
  ])(
    'is shown with name and digits on the one before, whose %s decides',
    async (_, answer, status, devices) => {
      const payer = await withDevice()
      const { asking: asks } = await asking(payer, 'The new one')
      const first = await shownOf({ ...payer, device: 1 })
      const [item] = first.items
      expect(first.kid).toBe(payer.kid)
      expect(item).toMatchObject({
        kind: 'device',
        words: 'Let “The new one” approve payments?',
        digits: asks?.digits,
      })
      expect((await answerOf(payer, item?.id ?? '', answer)).status).toBe(204)
      if (answer === 'approve') expect((await confirm(payer, asks?.digits)).status).toBe(200)
      const { list } = (await payer.api('GET', '/profile')).body.devices
      expect(list).toHaveLength(devices)
      // There is nothing to compare any more.
      expect((await shownOf({ ...payer, device: 1 })).items).toMatchObject([
        { status, digits: null },
      ])
    },
  )

  test('that got a no shows its digits no longer, and says that it was turned away', async () => {
    const payer = await withDevice()
    await asking(payer, 'The new one')
    const [item] = (await shownOf({ ...payer, device: 1 })).items
    expect((await answerOf(payer, item?.id ?? '', 'deny')).status).toBe(204)
    await eventually(async () =>
      expect(await shownOf(payer)).toMatchObject({
        name: 'The new one',
        asking: { digits: '', isTurnedAway: true },
      }),
    )
  })
})

describe('Remove this phone', () => {
  test('ends the device at the API, and here', async () => {
    const payer = await withDevice()
    await shownOf(payer)
    expect(await press({ action: 'removeDevice', kid: payer.kid })).toMatchObject({ status: 204 })
    expect((await payer.api('GET', '/profile')).body.devices.list).toEqual([])
    await expect(shownOf(payer)).rejects.toThrow('no device')
  })

  test('that the page removed can undo it until the page confirms that, and be forgotten', async () => {
    const payer = await withDevice()
    await shownOf(payer)
    const [{ id }] = (await payer.api('GET', '/profile')).body.devices.list
    await payer.api('POST', `/devices/${id}/removal`, {})
    const shown = await shownOf(payer)
    const words = 'This phone, “Pretend phone”, was removed on the page. You can undo that.'
    expect(shown).toMatchObject({
      ...{ trouble: null, canRemove: false, isTrusted: false },
      items: [{ id: `stop.${id}`, kind: 'stop', stops: 'removal', words, status: 'waiting' }],
    })
    expect((await answerOf(payer, `stop.${id}`, 'approve')).status).toBe(204)
    expect((await shownOf(payer)).items).toMatchObject([{ status: 'undo_asked' }])
    const { devices } = (await payer.api('GET', '/profile')).body
    expect(devices.removed).toMatchObject([{ id, undoAsked: true }])
    expect(await press({ action: 'forgetDevice', kid: payer.kid })).toMatchObject({ status: 204 })
    expect(await press({ action: 'forgetDevice', kid: payer.kid })).toMatchObject({ status: 404 })
  })

  test('is asked with a new document each time that the page removes it', async () => {
    const payer = await withDevice()
    await shownOf(payer)
    const [{ id }] = (await payer.api('GET', '/profile')).body.devices.list
    const removeAndUndo = async () => {
      await payer.api('POST', `/devices/${id}/removal`, {})
      const [item] = (await shownOf(payer)).items
      expect(item).toMatchObject({ id: `stop.${id}`, status: 'waiting' })
      expect((await answerOf(payer, `stop.${id}`, 'approve')).status).toBe(204)
      // The sign-in has to be in a later second than the removal.
      await expect.poll(() => confirmUndo(payer, id), { interval: 200, timeout: 5000 }).toBe(200)
      expect(await shownOf(payer)).toMatchObject({ isTrusted: true, canRemove: true })
    }
    await removeAndUndo()
    await removeAndUndo()
  })
})

/** A new sign-in confirms the undo. */
async function confirmUndo({ anew }: Payer, id: string): Promise<number> {
  const api = await anew()
  return (await api('POST', `/devices/${id}/confirmation`, { undo: true })).status
}

/** A number for the account, which the device has to agree to. */
async function askForNumber({ api }: Payer, phoneNumber: string) {
  const { status, body } = await api('POST', '/phone', { phoneNumber, channel: 'sms' })
  expect([status, body]).toMatchObject([202, { leave: 'device' }])
  const verify = () => {
    const code = phone().book.messages(phoneNumber)[0]?.code
    return api('POST', '/phone/verification', { verificationId: body.verificationId, code })
  }
  return { id: `phone.${body.verificationId}`, reference: body.reference, verify }
}

describe('a new number', () => {
  test('is shown whole, and taken once the device has said yes and its code was typed', async () => {
    const payer = await withDevice()
    const { id, reference, verify } = await askForNumber(payer, '+447400000001')
    expect((await shownOf(payer)).items).toMatchObject([
      { id, reference, words: 'Change the number of your account to +447400000001?', stops: null },
    ])
    expect((await verify()).body).toMatchObject({ code: 'device_required' })
    expect((await answerOf(payer, id, 'approve')).status).toBe(204)
    expect((await verify()).status).toBe(200)
  })

  test('is refused by the device with a reason, and its code changes nothing then', async () => {
    const payer = await withDevice()
    const { id, verify } = await askForNumber(payer, '+447400000002')
    await shownOf(payer)
    expect((await answerOf(payer, id, 'not_me')).status).toBe(204)
    expect((await shownOf(payer)).items).toMatchObject([{ id, status: 'denied' }])
    expect((await verify()).status).toBeGreaterThanOrEqual(400)
  })
})

/** A payer with a device and a number that gets texts. */
async function withNumber(phoneNumber: string) {
  const payer = await withDevice()
  const { id, verify } = await askForNumber(payer, phoneNumber)
  await shownOf(payer)
  await answerOf(payer, id, 'approve')
  expect((await verify()).status).toBe(200)
  const textedCode = async () => {
    const { pending } = (await payer.api('GET', '/profile')).body.devices
    await payer.api('POST', `/devices/${pending.id}/leave`, { by: 'text' })
    return { id: pending.id, code: phone().book.messages(phoneNumber)[0]?.code }
  }
  /** The page's confirmation by the digits and a text. */
  const confirmByText = async (digits: string | undefined) => {
    const { id, code } = await textedCode()
    return payer.api('POST', `/devices/${id}/confirmation`, { digits, code })
  }
  return { ...payer, confirmByText }
}

describe('a phone whose storage was cleared', () => {
  test('asks nothing, and by its passkey and a text it is back at once, in its old place', async () => {
    const payer = await withNumber('+447400000003')
    expect(await press({ action: 'clearDevice', kid: payer.kid })).toMatchObject({ status: 204 })
    expect(await shownOf(payer)).toMatchObject({ isCleared: true, canRemove: false, items: [] })
    const { body } = await payer.api('POST', '/devices/invitations', {})
    const renewed = await press({ action: 'renewDevice', kid: payer.kid, code: body.code })
    expect(renewed).toMatchObject({ status: 204 })
    const { kid, asking: asks } = await shownOf(payer)
    expect(kid).not.toBe(payer.kid)
    const confirmed = await payer.confirmByText(asks?.digits)
    expect([confirmed.status, confirmed.body.devices.list]).toMatchObject([
      200,
      [{ name: 'Pretend phone' }],
    ])
    const { id } = await send(payer)
    await shownOf(payer)
    expect(await answerOf({ kid }, id, 'approve')).toMatchObject({ status: 204 })
  })

  test('is told in words if its code is wrong, and can try again', async () => {
    const payer = await withDevice()
    await press({ action: 'clearDevice', kid: payer.kid })
    const wrong = await press({ action: 'renewDevice', kid: payer.kid, code: 'ABCDE-FGHJK' })
    expect([wrong.status, wrong.text]).toEqual([409, expect.stringContaining('404 not_found')])
    expect(await shownOf(payer)).toMatchObject({ isCleared: true })
  })

  test('is needed to add it as one that was there before', async () => {
    const { kid } = await withDevice()
    const early = await press({ action: 'renewDevice', kid, code: 'ABCDE-FGHJK' })
    expect(early).toMatchObject({ status: 404 })
  })
})

test('a new phone that nobody’s yes lets in is stopped by the passkey of the one before', async () => {
  const payer = await withNumber('+447400000004')
  const { asking: asks } = await asking(payer, 'A stranger')
  const { body } = await payer.confirmByText(asks?.digits)
  const [{ id, activeFrom }] = body.devices.waiting
  expect(await shownOf(payer)).toMatchObject({ isTrusted: true, activeFrom, items: [] })
  const stop = (await shownOf({ ...payer, device: 1 })).items.find((one) => one.kind === 'stop')
  expect(stop).toMatchObject({ id: `stop.${id}`, stops: 'recovery' })
  expect(stop?.words).toContain('A new phone, “A stranger”, will be able to approve payments.')
  expect((await answerOf(payer, `stop.${id}`, 'approve')).status).toBe(204)
  expect((await payer.api('GET', '/profile')).body.devices.waiting).toEqual([])
})

describe('life’s faults', () => {
  const setFaults = (faults: object) => press({ action: 'setFaults', faults })

  test('another payment signed than shown is refused and counts as no attempt', async () => {
    const payer = await withDevice()
    const { id, statusNow } = await send(payer)
    await shownOf(payer)
    await setFaults({ signAnotherDocument: true })
    for (const answer of ['approve', 'changed_mind']) {
      expect((await answerOf(payer, id, answer)).text).toMatch(/422 approval_not_signed.*left: 5\./)
    }
    expect((await shownOf(payer)).items).toMatchObject([
      { status: 'waiting', problem: expect.stringContaining('approval_not_signed') },
    ])
    await setFaults({ signAnotherDocument: false })
    await answerOf(payer, id, 'approve')
    expect(await statusNow()).toMatchObject({ status: 'approved' })
  })

  test('a passkey that asked nobody is a failed attempt, and the fifth fails the payment', async () => {
    const payer = await withDevice()
    const { id, statusNow } = await send(payer)
    await shownOf(payer)
    await setFaults({ passkeyAsksNobody: true })
    for (const left of [4, 3, 2, 1, 0]) {
      const { text } = await answerOf(payer, id, 'approve')
      expect(text).toContain(`422 approval_not_signed`)
      expect(text).toContain(`Attempts left: ${left}.`)
    }
    expect(await statusNow()).toMatchObject({ status: 'failed' })
  })

  test('a clock two minutes fast makes a stranger of the device, until it is right again', async () => {
    const payer = await withDevice()
    const { id, statusNow } = await send(payer)
    await shownOf(payer)
    await setFaults({ deviceClockWrong: true })
    expect((await answerOf(payer, id, 'approve')).text).toContain('403 device_not_trusted')
    expect((await shownOf(payer)).trouble).toContain('403 device_not_trusted')
    await setFaults({ deviceClockWrong: false })
    expect(await shownOf(payer)).toMatchObject({ trouble: null, canRemove: true })
    expect((await statusNow()).status).toBe('pending')
  })
})

describe('with a folder for data', () => {
  test('the devices are kept with their keys, for the owner of the file only', async () => {
    const payer = await withDevice()
    await shownOf(payer)
    await payfriend.close()
    const file = join(dataDir, 'devices.json')
    expect(statSync(file).mode & 0o077).toBe(0)
    expect(readFileSync(file, 'utf8')).toContain(payer.kid)
    payfriend = await startPayfriend({ port: 0, dataDir })
    expect(await shownOf(payer)).toMatchObject({ asking: null, trouble: null, canRemove: true })
    expect(await press({ action: 'removeDevice', kid: payer.kid })).toMatchObject({ status: 204 })
    expect(readFileSync(file, 'utf8')).not.toContain(payer.kid)
  })

  test('a file of something else is named at the start', async () => {
    const other = mkdtempSync(join(tmpdir(), 'payfriend-'))
    writeFileSync(join(other, 'devices.json'), '{}')
    await expect(startPayfriend({ port: 0, dataDir: other })).rejects.toThrow(
      'does not hold devices: remove it to start anew',
    )
  })
})

test('the API is asked only while something waits or somebody looks, and its silence is shown', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  const asked = vi.spyOn(globalThis, 'fetch')
  const passLooks = () => {
    asked.mockClear()
    vi.advanceTimersByTime(4000)
    return asked.mock.calls.map(([url]) => String(url))
  }
  let now = NOON
  const siteUrl = 'http://localhost:1'
  const devicesFile = join(mkdtempSync(join(tmpdir(), 'payfriend-')), 'devices.json')
  const { keys } = softwarePhone({ origin: siteUrl, rpId: 'localhost' })
  const asking = { digits: '1234', expiresAt: new Date(NOON.getTime() + 600_000) }
  const known = [{ kid: 'ada.x', email: 'ada@example.com', name: 'P', asking, keys: keys() }]
  writeFileSync(devicesFile, JSON.stringify(known))
  const pretend = await startPhone({
    ...{ port: 0, apiKey: 'x', callbackUrl: () => '', clock: () => now, siteUrl, devicesFile },
  })
  try {
    expect(passLooks()).toContain(`${siteUrl}/api/approvals`)
    await pretend.devices.look()
    expect(pretend.devices.shown(now)).toMatchObject([
      { trouble: expect.stringContaining('The API does not answer') },
    ])
    now = asking.expiresAt
    expect(passLooks()).toEqual([])
    const watching = new AbortController()
    await fetch(`${pretend.url}/changes`, { signal: watching.signal })
    expect(passLooks()).toContain(`${siteUrl}/api/approvals`)
    watching.abort()
  } finally {
    vi.useRealTimers()
    asked.mockRestore()
    await pretend.close()
  }
})
