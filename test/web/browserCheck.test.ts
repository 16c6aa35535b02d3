import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { browserTrouble } from '../../web/browserCheck.ts'

const storage = () => ({ setItem: vi.fn(), removeItem: vi.fn() })

/** A browser that has all of it, as far as Node has it not. */
beforeEach(() => {
  vi.stubGlobal(
    'Element',
    class {
      replaceChildren() {}
    },
  )
  vi.stubGlobal(
    'HTMLDialogElement',
    class {
      showModal() {}
    },
  )
  vi.stubGlobal('sessionStorage', storage())
  vi.stubGlobal('localStorage', storage())
})
afterEach(() => vi.unstubAllGlobals())

test('a browser that has all and keeps what it is given has no trouble', () => {
  const [tab, all] = [storage(), storage()]
  vi.stubGlobal('sessionStorage', tab)
  vi.stubGlobal('localStorage', all)
  expect(browserTrouble(true)).toBeNull()
  for (const { setItem, removeItem } of [tab, all]) {
    const [[key] = []] = setItem.mock.calls
    expect(key).toBeDefined()
    expect(removeItem.mock.calls).toEqual([[key]])
  }
})

// Those that a test can do without itself; a real browser is without each in the journeys.
test.each([
  'BroadcastChannel',
  'Element.prototype.replaceChildren',
  'HTMLDialogElement.prototype.showModal',
  'crypto.randomUUID',
  'crypto.subtle',
] as const)('without %s a browser is too old', (path) => {
  const [top = '', ...rest] = path.split('.')
  vi.stubGlobal(top, rest.length === 0 ? undefined : hiding(Reflect.get(globalThis, top), rest))
  expect(browserTrouble(true)).toEqual({ kind: 'tooOld', missing: [path] })
})

test('an address that is not safe is the trouble, whatever is missing because of it', () => {
  vi.stubGlobal('crypto', {})
  expect(browserTrouble(false)).toEqual({ kind: 'unsafeAddress' })
})

const forbid = () => {
  throw new DOMException('forbidden', 'SecurityError')
}

test.each([
  ['sessionStorage', { ...storage(), setItem: forbid }],
  ['localStorage', { ...storage(), setItem: forbid }],
  ['localStorage', null],
  ['BroadcastChannel', forbid],
])('a browser that forbids its %s keeps nothing', (name, denied) => {
  vi.stubGlobal(name, denied)
  expect(browserTrouble(true)).toEqual({ kind: 'keepsNothing' })
})

/** What has nothing at this path. `crypto` answers nobody but itself, so that it is copied. */
function hiding(whole: object, [name = '', ...rest]: string[]): object {
  if (rest.length > 0) return { [name]: hiding(Reflect.get(whole, name), rest) }
  const kept = ['getRandomValues', 'randomUUID', 'subtle'].filter((each) => each !== name)
  return Object.fromEntries(kept.map((each) => [each, Reflect.get(whole, each)]))
}
