/** The answer of the route by which a device says where it is rung, and what is said of its request. */
import * as z from 'zod'

const push = z
  .strictObject({
    pushKey: z
      .string()
      .regex(/^B[A-Za-z0-9_-]{86}$/)
      .describe('Our public key (VAPID, RFC 8292), for `pushManager.subscribe()`.'),
    subscribed: z.boolean().describe('Whether this device has a subscription now.'),
  })
  .meta({
    examples: [
      {
        pushKey:
          'BK5pBMzB031-ZwWZspTtLLPUWlnmn7R3MrpyM0LHf3CfKwAMGahQwoEcgXdpSn6OOFAth9e-8QfPPTcb_pJrzwc',
        subscribed: true,
      },
    ],
  })

export const pushAnswers = { Push: push }

const bytes = (example: string) => ({
  pattern: '^[A-Za-z0-9_-]*$',
  description: 'In base64url, without padding.',
  examples: [example],
})
const exampleSubscription = {
  endpoint: 'https://fcm.googleapis.com/fcm/send/c7Xz0R1vQmE',
  expirationTime: null,
  keys: {
    p256dh:
      'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
    auth: 'BTBZMqHH6r4Tts7J_aSIgg',
  },
}

export const SAID_OF_PUSH: Readonly<Record<string, object>> = {
  ChangePush: {
    examples: [{}, { subscription: exampleSubscription }, { subscription: null }, { test: true }],
  },
  'ChangePush/subscription': {
    description:
      '`toJSON()` of what `pushManager.subscribe()` gave; null to be rung no more. Its endpoint must be an address of ' +
      'a push service that the deployment knows.',
  },
  'ChangePush/subscription/endpoint': {
    maxLength: 1024,
    examples: [exampleSubscription.endpoint],
  },
  'ChangePush/subscription/keys/p256dh': bytes(exampleSubscription.keys.p256dh),
  'ChangePush/subscription/keys/auth': bytes(exampleSubscription.keys.auth),
  'ChangePush/test': { description: 'In a request of its own.' },
}
