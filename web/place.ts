/** The view that is shown; kept in the fragment, which never leaves the browser. */
export type Place =
  | { readonly view: (typeof MAIN)[number] | OfPhone }
  | { readonly view: 'waiting'; readonly paymentId: string }

/** The views that the menu names, which are the only word of their fragments: `#/send`. */
const MAIN = ['send', 'payments', 'phone'] as const

/** A view that belongs to the menu's "Phone". */
export type OfPhone = (typeof OF_PHONE)[keyof typeof OF_PHONE]

/** By the last word of their fragments, `#/phone/add`. */
const OF_PHONE = {
  add: 'addPhone',
  invitation: 'invitation',
  lost: 'lostPhone',
  number: 'phoneNumber',
} as const

/** The place that a fragment names; null if it names none. */
export function placeOf(fragment: string): Place | null {
  const [first, second, last, ...rest] = fragment.replace(/^#\/?/, '').split('/')
  if (rest.length > 0) return null
  if (first === 'payments' && second) {
    if (!/^[\w-]+$/.test(second)) return null
    // The code of a text had a fragment of its own once, which a tab may still have.
    return last === undefined || last === 'code' ? { view: 'waiting', paymentId: second } : null
  }
  if (first === 'phone' && second !== undefined && last === undefined) {
    const view = Object.entries(OF_PHONE).find(([word]) => word === second)?.[1]
    return view === undefined ? null : { view }
  }
  if (second !== undefined) return null
  const view = MAIN.find((word) => word === first)
  return view === undefined ? null : { view }
}

export function fragmentOf(place: Place): string {
  if (place.view === 'waiting') return `#/payments/${place.paymentId}`
  const word = Object.entries(OF_PHONE).find(([, view]) => view === place.view)?.[0]
  return word === undefined ? `#/${place.view}` : `#/phone/${word}`
}

/** Whether the view belongs to the menu's "Phone". */
export const isOfPhone = (view: Place['view']): boolean =>
  view === 'phone' || Object.values<string>(OF_PHONE).includes(view)
