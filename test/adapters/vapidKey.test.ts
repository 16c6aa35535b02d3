import { createECDH } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { vapidKeyFrom } from '../../functions/adapters/vapidKey.ts'

test('the same seed gives the same key for ever, because another one ends every subscription', () => {
  expect(vapidKeyFrom('abc')).toEqual({
    privateKey: 'jMXYCbFfiQtUir8mJI_45_p1dIOqK3TgHpIEO7ZsFtY',
    publicKey:
      'BK5pBMzB031-ZwWZspTtLLPUWlnmn7R3MrpyM0LHf3CfKwAMGahQwoEcgXdpSn6OOFAth9e-8QfPPTcb_pJrzwc',
  })
})

test('another seed gives another key', () => {
  expect(vapidKeyFrom('abd')).not.toEqual(vapidKeyFrom('abc'))
})

test('every seed gives a pair of P-256 of full length', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), (seed) => {
      const { privateKey, publicKey } = vapidKeyFrom(seed)
      const bytes = Buffer.from(privateKey, 'base64url')
      const pair = createECDH('prime256v1')
      pair.setPrivateKey(bytes)
      expect(bytes).toHaveLength(32)
      expect(publicKey).toBe(pair.getPublicKey('base64url', 'uncompressed'))
    }),
  )
})
