import { readInvitation } from '../invitation.ts'

/** What the phone's page shows; named by the fragment. */
export type PhonePlace =
  | { readonly view: 'waiting' }
  | { readonly view: 'code' }
  | { readonly view: 'home' }
  | { readonly view: 'add'; readonly code: string }
  | { readonly view: 'request'; readonly id: string }

/** The place that a fragment names: `#add/CODE`, `#add`, `#home`, `#payment.ID`, `#device.ID`, `#phone.ID`; anything else is the list. */
export function phonePlaceOf(fragment: string): PhonePlace {
  const named = fragment.replace(/^#\/?/, '')
  if (named === 'add' || named.startsWith('add/')) {
    const code = readInvitation(decoded(named.slice('add/'.length)))
    return code === null ? { view: 'code' } : { view: 'add', code }
  }
  if (named === 'home') return { view: 'home' }
  return /^(payment|device|phone)\.[\w-]+$/.test(named)
    ? { view: 'request', id: named }
    : { view: 'waiting' }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
