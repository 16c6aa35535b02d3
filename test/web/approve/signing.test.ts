import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import {
  addChallenge,
  approveChallenge,
  denial,
  removeChallenge,
  renewChallenge,
  stopChallenge,
} from '../../../web/approve/signing.ts'
import { base64url } from '../../../web/base64url.ts'

describe('what is signed', () => {
  const signing = JSON.stringify({ kind: 'payment' })
  const hash = (text: string) => createHash('sha256').update(text).digest('base64url')

  test('begins with what it is, so that no yes is a no and no phone is a payment', async () => {
    const all = {
      'payfriend approve v1\n': base64url(await approveChallenge({ kind: 'payment', signing })),
      'payfriend deny v1\n': await denial({ kind: 'payment', signing }),
      'payfriend device v1\n': base64url(await approveChallenge({ kind: 'device', signing })),
      'payfriend device deny v1\n': await denial({ kind: 'device', signing }),
      'payfriend remove v1\n': base64url(await removeChallenge(signing)),
      'payfriend add v1\n': base64url(await addChallenge(signing)),
      'payfriend phone v1\n': base64url(await approveChallenge({ kind: 'phone', signing })),
      'payfriend phone deny v1\n': await denial({ kind: 'phone', signing }),
      'payfriend stop v1\n': base64url(await stopChallenge({ signing })),
    }
    for (const [prefix, signed] of Object.entries(all)) expect(signed).toBe(hash(prefix + signing))
    expect(new Set(Object.values(all)).size).toBe(9)
  })
  test('a passkey that is there already signs the code and the new key', async () => {
    const signed = base64url(await renewChallenge('K7QMX4H2RW', 'thumb'))
    expect(signed).toBe(hash('payfriend renew v1\nK7QMX4H2RW.thumb'))
  })
})
