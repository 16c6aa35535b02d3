/** Random JSON bodies: long keys, many keys, repeated keys, lists, nesting, every kind of character. */

/** From 0 to below `below`. */
type Dice = (below: number) => number

/** First the body that once cost 280 times an ordinary one, then `count` random bodies of a size between the limits. */
export function chanceBodies(
  seed: number,
  count: number,
  bytesMin: number,
  bytesMax: number,
): string[] {
  const dice = diceOf(seed)
  const ones = Array.from({ length: 2080 }, () => 1)
  const shapes = [`{"${"'".repeat(4020)}":[${ones}]}`]
  while (shapes.length <= count) {
    const bytes = bytesMin + dice(bytesMax - bytesMin + 1)
    const body = new Chance(dice).body(bytes)
    const sent = dice(10) === 0 ? spoiled(body, dice) : body
    if (Buffer.byteLength(sent) <= bytesMax) shapes.push(sent)
  }
  return shapes
}

const SIGNS = ['a', '0', ' ', "'", '(', '[', ']', '%', ',', '\\"', '\\\\', '\\n', '\\u20ac']
const MORE_SIGNS = ['é', '€', '💰', 'ش', '&', '=', '~', '\\ud83d\\udcb0', '\\ud800']
const LEAVES = ['1', '0', '""', 'null', 'true', '{}', '[]', '-0', '1.0', '1e3', '12345678901234567']

/** The mixture for one body, drawn once, because bodies of one kind of content are the slowest. */
class Chance {
  private readonly dice: Dice
  private readonly signs: string[]
  private readonly leaves: string[]
  private readonly keyLength: number
  private readonly textLength: number
  private readonly keys: number
  private readonly lists: number
  private readonly depth: number
  private readonly branches: number
  private made = 0

  constructor(dice: Dice) {
    this.dice = dice
    this.signs = this.some([...SIGNS, ...MORE_SIGNS])
    this.leaves = this.some(LEAVES)
    this.keyLength = this.one([0, 1, 1, 3, 10, 60, 400, 2000])
    this.textLength = this.one([0, 0, 1, 5, 40, 300, 4000])
    this.keys = dice(5)
    this.lists = this.one([0, 0.5, 1])
    this.depth = this.one([1, 1, 2, 3, 5, 10, 14, 40, 300])
    this.branches = this.one([1, 2, 10, 5000])
  }

  body = (bytes: number) => this.object(bytes, 1)

  private value(room: number, depth: number): string {
    if (room < 12 || depth > this.depth) return this.leaf(room)
    const isList = this.dice(100) < this.lists * 100
    return isList ? this.list(room, depth) : this.object(room, depth)
  }

  private list = (room: number, depth: number) =>
    `[${this.parts(room, (left) => this.value(left, depth + 1))}]`

  private object = (room: number, depth: number) =>
    `{${this.parts(room, (left) => {
      const key = this.key(left)
      return `"${key}":${this.value(left - Buffer.byteLength(key) - 3, depth + 1)}`
    })}}`

  /** As many parts as there is room for. */
  private parts(room: number, part: (left: number) => string): string {
    const parts: string[] = []
    let left = room - 2
    while (left > 0) {
      const share = this.branches === 1 ? left : Math.min(left, 8 + this.dice(room / this.branches))
      const made = part(share)
      left -= Buffer.byteLength(made) + 1
      if (left < 0 && parts.length > 0) break
      parts.push(made)
    }
    return parts.join()
  }

  private key(room: number): string {
    this.made += 1
    const ends = [
      '',
      this.made.toString(36),
      String(this.made),
      String(4e9 - this.made * 7919),
      '[]',
    ]
    const long = this.text(Math.min(this.keyLength, room / 2))
    return this.keys === 4 ? this.one(ends) + long : long + ends[this.keys]
  }

  private leaf(room: number): string {
    const isText = this.textLength > 0 && this.dice(4) > 0
    return isText ? `"${this.text(Math.min(this.textLength, room - 3))}"` : this.one(this.leaves)
  }

  private text(bytes: number): string {
    let text = ''
    let left = bytes
    for (;;) {
      const sign = this.one(this.signs)
      left -= Buffer.byteLength(sign)
      if (left < 0) return text
      text += sign
    }
  }

  private one<T>(of: readonly T[]): T {
    return of[this.dice(of.length)] as T
  }

  private some = (of: string[]) => Array.from({ length: this.one([1, 1, 3]) }, () => this.one(of))
}

/** Damage a body: exchange its halves, or replace one character. */
function spoiled(body: string, dice: Dice): string {
  const at = dice(body.length)
  const [before, after] = [body.slice(0, at), body.slice(at)]
  return dice(2) === 0 ? after + before : `${before}${'",:{['.charAt(dice(5))}${after.slice(1)}`
}

/** Random numbers, the same for the same seed (mulberry32). */
function diceOf(seed: number): Dice {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296) * below)
  }
}
