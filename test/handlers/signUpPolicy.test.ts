import type { PreSignUpTriggerEvent } from 'aws-lambda'
import { expect, test } from 'vitest'
import { signUpPolicy } from '../../functions/handlers/signUpPolicy.ts'

/** Only people of two companies. */
const env = { SIGN_UP: 'domains', SIGN_UP_DOMAINS: 'example.com,example.org' }

const signUp = (email: string | undefined, triggerSource = 'PreSignUp_SignUp') =>
  ({
    triggerSource,
    request: { userAttributes: email === undefined ? {} : { email } },
    response: { autoConfirmUser: false, autoVerifyEmail: false, autoVerifyPhone: false },
  }) as unknown as PreSignUpTriggerEvent

test.each(['ada@example.com', 'ada@example.org', 'ada@EXAMPLE.com'])(
  'lets %s in',
  async (email) => {
    const event = signUp(email)
    expect(await signUpPolicy(env)(event)).toEqual(signUp(email))
  },
)

test.each([
  ['of another domain', 'ada@example.net'],
  ['of a domain below', 'ada@mail.example.com'],
  ['of a domain that ends the same', 'ada@notexample.com'],
  ['with the domain in front', 'ada@example.com@example.net'],
  ['with both domains', 'ada@example.com,example.org'],
  ['without a domain', 'ada'],
  ['with an empty domain', 'ada@'],
  ['that is not there', undefined],
])('turns an address away %s', async (_, email) => {
  await expect(signUpPolicy(env)(signUp(email))).rejects.toThrow('by invitation')
})

test('turns an address without a domain away also where no domain is named', async () => {
  const nobody = signUpPolicy({ SIGN_UP: 'domains', SIGN_UP_DOMAINS: '' })
  await expect(nobody(signUp('ada@'))).rejects.toThrow('by invitation')
  await expect(nobody(signUp(undefined))).rejects.toThrow('by invitation')
})

test('lets everybody in where sign-up is open', async () => {
  const event = signUp('ada@example.net')
  expect(await signUpPolicy({ SIGN_UP: 'open' })(event)).toBe(event)
})

test.each([['closed'], ['OPEN'], [''], [undefined]])(
  'lets nobody in who was not invited where sign-up is %s',
  async (SIGN_UP) => {
    const policy = signUpPolicy({ ...env, SIGN_UP })
    await expect(policy(signUp('ada@example.com'))).rejects.toThrow('by invitation')
    const invited = signUp('ada@example.net', 'PreSignUp_AdminCreateUser')
    expect(await policy(invited)).toBe(invited)
  },
)

test('never confirms or verifies anybody by itself', async () => {
  const { response } = await signUpPolicy({ SIGN_UP: 'open' })(signUp('ada@example.net'))
  expect(Object.values(response)).toEqual([false, false, false])
})
