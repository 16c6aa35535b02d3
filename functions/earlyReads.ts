/**
 * What a request reads beside the tables: secrets. Each is asked for when a request begins, together with the first read
 * of the tables, and not only where it is used. A secret is kept for minutes, so this asks for few.
 */
type Reads = Map<string, () => Promise<unknown>>
const reads = new WeakMap<object, Reads>()

/** Register what each request of a Lambda made in this `world` will read; `name` tells it from other reads. */
export function readEarly(world: object, name: string, read: () => Promise<unknown>) {
  const known: Reads = reads.get(world) ?? new Map()
  reads.set(world, known.set(name, read))
}

/** Start the reads of a request. A fault is told to the reader that needs the value, who then asks again. */
export function startEarlyReads(world: object) {
  for (const read of reads.get(world)?.values() ?? []) read().catch(() => {})
}
