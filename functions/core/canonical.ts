/**
 * JSON with every object's members sorted by name and undefined members left out: the form that is hashed and
 * archived. It takes every member of the value, so that a new member cannot be forgotten.
 */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(',')}}`
}

/** SHA-256 of a text in UTF-8, as lower-case hexadecimal. */
export type Digest = (text: string) => string
