/** A `Date` header names a whole second. */
const DATE_HEADER_MS = 1000

export type ServerClock = ReturnType<typeof createServerClock>

/**
 * The server's time, learned from the `Date` header of its answers.
 *
 * A payment ends by the server's clock, and a device's clock may be minutes off. Each answer shows only
 * that the server's clock was within that second at some moment between request and answer; the bounds
 * of several answers together are narrower than those of one.
 */
export function createServerClock(deviceNow: () => number = Date.now) {
  let lowest = Number.NEGATIVE_INFINITY
  let highest = Number.POSITIVE_INFINITY
  let offsetMs = 0

  return {
    /** The server's time in milliseconds since 1970, as closely as it is known. */
    now: (): number => deviceNow() + offsetMs,

    /** Learn from one answer: its `Date` header, and the device's time of the request and of the answer. */
    learn(dateHeader: string | null, askedAt: number, answeredAt: number): void {
      const second = Date.parse(dateHeader ?? '')
      if (Number.isNaN(second)) return
      const low = second - answeredAt
      const high = second + DATE_HEADER_MS - askedAt
      if (low > highest || high < lowest) {
        // One of the two clocks was set: forget the earlier bounds.
        lowest = low
        highest = high
      } else {
        lowest = Math.max(lowest, low)
        highest = Math.min(highest, high)
      }
      offsetMs = (lowest + highest) / 2
    },
  }
}
