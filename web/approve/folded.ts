/** The cards that the payer has folded in this browser; they are still there, as one line. */
const KEY = 'payfriend.folded'
const KEPT_MAX = 20

type Card = { readonly id: string; readonly createdAt: number }

export const isFolded = (card: Card): boolean => kept().includes(nameOf(card))

export function noteFolded(card: Card, isFolded: boolean): void {
  const others = kept().filter((name) => name !== nameOf(card))
  const all = isFolded ? [...others, nameOf(card)] : others
  try {
    localStorage.setItem(KEY, JSON.stringify(all.slice(-KEPT_MAX)))
  } catch {
    // Storage is full: the card opens again when the page is loaded.
  }
}

const nameOf = ({ id, createdAt }: Card): string => `${id} ${createdAt}`

function kept(): unknown[] {
  try {
    const read: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]')
    return Array.isArray(read) ? read : []
  } catch {
    return []
  }
}
