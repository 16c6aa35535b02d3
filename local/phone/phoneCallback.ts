import { createHmac, generateKeyPair, type KeyObject, sign } from 'node:crypto'
import { promisify } from 'node:util'
import { APP } from './authyApi.ts'
import type { Faults } from './faults.ts'
import type { CallbackRecord, Push } from './phonePush.ts'

/** The delay of the fault "delay the next callback". */
const CALLBACK_DELAY_MS = 10_000
const ANSWER_WITHIN_MS = 10_000

/** The phone's options that callbacks need; `PhoneOptions` documents them. */
export type SenderOptions = {
  apiKey: string
  callbackUrl: () => string
  clock: () => Date
  setTimer: (ms: number, fn: () => void) => void
  faults: Faults
  onChange: () => void
}

/**
 * Sends callbacks as Authy does, or with the faults that are switched on. The result of each is stored in
 * the push. A failed callback is not tried again, because it is not known whether Authy does.
 */
export function callbackSender(options: SenderOptions) {
  const { faults, setTimer, onChange } = options
  const underWay = new Set<Promise<void>>()
  const stopped = new AbortController()

  const track = (work: Promise<void>) => {
    underWay.add(work)
    work.finally(() => underWay.delete(work))
  }

  const post = async (push: Push, record: CallbackRecord) => {
    record.outcome = 'on its way'
    onChange()
    try {
      const { url, headers, body } = await signed(push, record.signedWrongly, options)
      const response = await fetch(url, {
        method: 'POST',
        headers,
        body,
        redirect: 'error',
        signal: AbortSignal.any([stopped.signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]),
      })
      await response.arrayBuffer()
      Object.assign(record, { outcome: 'answered', status: response.status })
    } catch (error) {
      Object.assign(record, { outcome: 'failed', problem: whatHappened(error) })
    }
    onChange()
  }

  /** Apply the faults for the next callback. A lost callback uses up no other fault. */
  const send = (push: Push) => {
    const record = (outcome: CallbackRecord['outcome'], signedWrongly = false) => {
      const made: CallbackRecord = { outcome, signedWrongly, status: null, problem: null }
      push.callbacks.push(made)
      return made
    }
    if (faults.loseNextCallback) {
      faults.loseNextCallback = false
      record('lost')
      return
    }
    const { sendNextCallbackTwice, delayNextCallback, signNextCallbackWrongly } = faults
    faults.sendNextCallbackTwice = false
    faults.delayNextCallback = false
    faults.signNextCallbackWrongly = false

    const outcome = delayNextCallback ? 'held back' : 'on its way'
    const records = Array.from({ length: sendNextCallbackTwice ? 2 : 1 }, () =>
      record(outcome, signNextCallbackWrongly),
    )
    const go = () => {
      if (stopped.signal.aborted) return
      track(
        (async () => {
          for (const record of records) await post(push, record)
        })(),
      )
    }
    if (delayNextCallback) setTimer(CALLBACK_DELAY_MS, go)
    else go()
  }

  return {
    send,
    async settled(): Promise<void> {
      while (underWay.size > 0) await Promise.all(underWay)
    },
    stop(): void {
      stopped.abort()
    },
  }
}

/**
 * Authy's signature of a callback, `X-Authy-Signature`: HMAC-SHA256 in base64 over nonce, method,
 * the callback's address as registered (scheme included, query left out) and the flattened body.
 */
export function callbackSignature(
  apiKey: string,
  { nonce, method, url, params }: { nonce: string; method: string; url: string; params: unknown },
): string {
  const address = url.split('?')[0]
  return createHmac('sha256', apiKey)
    .update([nonce, method, address, railsQuery(params)].join('|'))
    .digest('base64')
}

/**
 * A hash as a query in Ruby on Rails' form: objects sorted at every level by their encoded text, lists and
 * their contents in their own order, empty ones left out.
 */
function railsQuery(value: unknown, name = ''): string {
  if (Array.isArray(value)) return value.map((one) => railsQuery(one, `${name}[]`)).join('&')
  if (typeof value !== 'object' || value === null) return encoded(name, String(value ?? ''))
  const parts = Object.entries(value)
    .map(([key, inside]) => railsQuery(inside, name === '' ? key : `${name}[${key}]`))
    .filter((part) => part !== '')
  return (name.includes('[]') ? parts : parts.sort()).join('&')
}

/** Encoded as a browser encodes a form, except for two characters that Ruby encodes differently. */
const encoded = (name: string, value: string): string =>
  new URLSearchParams([[name, value]]).toString().replaceAll('*', '%2A').replaceAll('%7E', '~')

async function signed(push: Push, wrongly: boolean, options: SenderOptions) {
  const { apiKey, callbackUrl, clock } = options
  const params = await callbackBody(push)
  const url = callbackUrl()
  const nonce = String(seconds(clock()))
  const key = wrongly ? `not ${apiKey}` : apiKey
  const headers = {
    'content-type': 'application/json',
    'x-authy-signature': callbackSignature(key, { nonce, method: 'POST', url, params }),
    'x-authy-signature-nonce': nonce,
  }
  return { url, headers, body: JSON.stringify(params) }
}

/** The form of Authy's callbacks of 2017, with the device's fields of 2019. */
async function callbackBody(push: Push) {
  const status = push.answer?.decision
  const signedAt = seconds(push.answer?.at ?? push.createdAt)
  const deviceId = push.authyId + 1
  const transaction = {
    details: push.details,
    device_details: {},
    device_geolocation: '',
    device_signing_time: signedAt,
    encrypted: false,
    flagged: false,
    hidden_details: push.hiddenDetails,
    message: push.message,
    reason: '',
    requester_details: null,
    status,
    uuid: push.uuid,
    created_at_time: seconds(push.createdAt),
    customer_uuid: APP.serial,
  }
  return {
    authy_id: push.authyId,
    device_uuid: deviceId,
    callback_action: 'approval_request_status',
    uuid: push.uuid,
    status,
    approval_request: {
      transaction,
      // No source shows the value for a push that never expires.
      expiration_timestamp: push.expiresAt && seconds(push.expiresAt),
      logos: push.logos,
      app_id: APP.id,
    },
    signature: sign('sha256', Buffer.from(JSON.stringify(transaction)), await deviceKey()).toString(
      'base64',
    ),
    device: {
      city: null,
      country: 'United Kingdom',
      enabled_unlock_methods: ['pin', 'fingerprint'],
      ip: '203.0.113.9',
      last_unlock_method_used: 'pin',
      region: null,
      registration_city: null,
      registration_country: 'United Kingdom',
      registration_ip: '203.0.113.9',
      registration_method: 'sms',
      registration_region: null,
      os_type: 'android',
      last_account_recovery_at: null,
      multidevice_enabled: true,
      multidevice_updated_at: signedAt,
      id: deviceId,
      registration_date: signedAt,
      last_sync_date: signedAt,
      last_unlock_date: signedAt,
    },
  }
}

let deviceKeyMade: Promise<KeyObject> | undefined

/** One key for the process, made when first needed, because making it takes long. */
function deviceKey(): Promise<KeyObject> {
  deviceKeyMade ??= promisify(generateKeyPair)('rsa', { modulusLength: 2048 }).then(
    ({ privateKey }) => privateKey,
  )
  return deviceKeyMade
}

const seconds = (at: Date): number => Math.floor(at.getTime() / 1000)

/** The reason of a failed `fetch`: its message is only "fetch failed", the reason is in its cause. */
function whatHappened(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { cause } = error
  return cause instanceof Error && cause.message ? cause.message : error.message
}
