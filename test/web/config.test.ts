import { expect, test } from 'vitest'
import { configOf } from '../../web/config.ts'

const told = {
  issuer: 'https://sign-in.example.com',
  clientId: 'page',
  scope: 'openid email payfriend/pay',
  redirectPath: '/',
  signOutUrl: 'https://sign-in.example.com/logout',
  changePasswordUrl: 'https://sign-in.example.com/change-password',
  currencies: [{ code: 'EUR', digits: 2 }],
  texts: false,
  pushes: false,
  paymentSeconds: 300,
  phoneCountries: ['GB', 'DE'],
  friends: [{ name: 'Ann', id: 'ann@example.com' }],
}

test('what the page is told is taken as it is', () => {
  expect(configOf(told)).toEqual(told)
})

test('nobody to choose from is no friends, and a password need not be changed here', () => {
  const { friends: _, changePasswordUrl: __, ...deployed } = told
  expect(configOf(deployed)).toEqual({ ...deployed, friends: [] })
})

test('a server that says nothing of texts has them', () => {
  const { texts: _, ...older } = told
  expect(configOf(older)).toMatchObject({ texts: true })
})

test('a server that says nothing of pushes may send them, so that no text is offered in their place', () => {
  const { pushes: _, ...older } = told
  expect(configOf(older)).toMatchObject({ pushes: true })
})

test('of a server that says nothing of how long a payment lives, none is taken to end too soon', () => {
  const { paymentSeconds: _, ...older } = told
  expect(configOf(older).paymentSeconds).toBeGreaterThan(24 * 60 * 60)
})

test('a server that says nothing of countries sends codes to all', () => {
  const { phoneCountries: _, ...older } = told
  expect(configOf(older)).toMatchObject({ phoneCountries: [] })
})

test.each([
  ['issuer', undefined],
  ['clientId', ''],
  ['scope', 1],
  ['redirectPath', null],
  ['signOutUrl', {}],
  ['changePasswordUrl', 1],
  ['currencies', undefined],
  ['currencies', [{ code: 'EUR', digits: '2' }]],
  ['currencies', [{ code: 'EUR', digits: 2, symbol: '' }]],
  ['currencies', [null]],
  ['texts', 'false'],
  ['texts', null],
  ['pushes', 'false'],
  ['pushes', null],
  ['paymentSeconds', '300'],
  ['paymentSeconds', null],
  ['phoneCountries', 'GB'],
  ['phoneCountries', ['']],
  ['phoneCountries', null],
  ['friends', 'Ann'],
  ['friends', ['Ann']],
  ['friends', [{ name: 'Ann' }]],
  ['friends', null],
])('a wrong %s is refused by its name: %j', (name, value) => {
  expect(() => configOf({ ...told, [name]: value })).toThrow(
    `config.json: ${name} is missing or wrong`,
  )
})

test.each([undefined, null, 'config', []])('%j is no configuration', (json) => {
  expect(() => configOf(json)).toThrow('config.json: issuer is missing or wrong')
})
