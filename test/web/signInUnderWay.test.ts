import { beforeEach, expect, test } from 'vitest'
import { rememberSignIn, takeReturn } from '../../web/signInUnderWay.ts'
import { forgetAll, remember } from '../../web/tabStorage.ts'

const underWay = { state: 'own', verifier: 'v', place: '#/phone', anew: true }
const returned = (search: string) => takeReturn(new URLSearchParams(search))

beforeEach(() => {
  forgetAll()
  rememberSignIn(underWay)
})

test('the return of a sign-in that this tab began is taken in, once', () => {
  expect(returned('?state=own&code=y')).toEqual(underWay)
  expect(returned('?state=own&code=y')).toBeNull()
})

test.each(['?state=x&code=y', '?code=y', '?error=access_denied&state=x', '?state=&code=y', ''])(
  'another one (%s) is not, and the own one is still waited for',
  (search) => {
    expect(returned(search)).toBeNull()
    expect(returned('?state=own&code=y')).toEqual(underWay)
  },
)

test.each([
  ['nothing', undefined],
  ['no state', { ...underWay, state: undefined }],
  ['no verifier', { ...underWay, verifier: undefined }],
  ['no object', 'own'],
])('where %s was remembered none is', (_, kept) => {
  forgetAll()
  if (kept !== undefined) remember('signIn', kept)
  expect(returned('?state=own&code=y')).toBeNull()
  expect(returned('?state=undefined')).toBeNull()
})
