/** Ordinary request bodies of any size, with which the random ones are compared. */

/** A callback in Authy's form, with as many details as there is room for. */
export function ordinaryCallback(bytes: number): string {
  const details: Record<string, string> = {}
  let body = callbackWith(details)
  for (let n = 1; ; n += 1) {
    details[`Detail ${n}`] = 'neville@hogwarts.ac.uk'
    const longer = callbackWith(details)
    if (Buffer.byteLength(longer) > bytes) return body
    body = longer
  }
}

/** A payment in the page's form; its payee's name fills the size. */
export function ordinaryPayment(bytes: number): string {
  const payment = (name: string) =>
    JSON.stringify({
      payee: { name, id: 'neville@hogwarts.ac.uk' },
      amount: { value: '20.50', currency: 'EUR' },
    })
  return payment('Neville '.repeat(bytes / 8).slice(0, bytes - payment('').length))
}

const UUID = '0d2c8b2e-7f4e-4d6b-9a51-3a3f5f1c9e10'
const callbackWith = (details: Record<string, string>) =>
  JSON.stringify({
    authy_id: 1635,
    device_uuid: 2102943,
    callback_action: 'approval_request_status',
    uuid: UUID,
    status: 'approved',
    approval_request: {
      transaction: {
        details,
        device_details: {},
        device_geolocation: '',
        device_signing_time: 1700000100,
        encrypted: false,
        flagged: false,
        hidden_details: { payment_id: 'AAAAAAAAAAAAAAAAAAAAAA' },
        message: 'Pay €20.50 to Neville Longbottom (neville@hogwarts.ac.uk)',
        reason: '',
        requester_details: null,
        status: 'approved',
        uuid: UUID,
        created_at_time: 1700000000,
        customer_uuid: 15083,
      },
      expiration_timestamp: 1700001200,
      logos: [{ res: 'default', url: 'https://pay.example.com/logo.png' }],
      app_id: '582380eb7e1caa03317ec08c',
    },
    signature: 'c2lnbmVkLWJ5LWRldmljZQ==',
    device: {
      city: null,
      country: 'Portugal',
      enabled_unlock_methods: ['pin', 'fingerprint'],
      id: 2102943,
      ip: '203.0.113.9',
      last_sync_date: 1699999999,
      os_type: 'android',
      region: null,
    },
  })
