/** The view that is shown; kept in the fragment, which never leaves the browser. */
export type Place =
  | { readonly view: 'send' | 'payments' | 'phone' | 'addPhone' }
  | { readonly view: 'waiting' | 'code'; readonly paymentId: string }

/** The place that a fragment names; null if it names none. */
export function placeOf(fragment: string): Place | null {
  const [first, paymentId, last, ...rest] = fragment.replace(/^#\/?/, '').split('/')
  if (rest.length > 0) return null
  if (first === 'payments' && paymentId) {
    if (!/^[\w-]+$/.test(paymentId)) return null
    if (last === undefined) return { view: 'waiting', paymentId }
    return last === 'code' ? { view: 'code', paymentId } : null
  }
  if (first === 'phone' && paymentId === 'add')
    return last === undefined ? { view: 'addPhone' } : null
  if (paymentId !== undefined) return null
  return first === 'send' || first === 'payments' || first === 'phone' ? { view: first } : null
}

export function fragmentOf(place: Place): string {
  if (place.view === 'waiting') return `#/payments/${place.paymentId}`
  if (place.view === 'code') return `#/payments/${place.paymentId}/code`
  if (place.view === 'addPhone') return '#/phone/add'
  return `#/${place.view}`
}
