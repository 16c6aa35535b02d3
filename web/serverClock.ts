/** The width of a `Date` header: it names a whole second. */
const DATE_HEADER_MS = 1000

export type ServerClock = ReturnType<typeof createServerClock>

/**
 * The server's time, learned from the `Date` header of its answers.
 *
 * A payment ends by the server's clock, and a phone's or laptop's may be minutes off. Each answer says
 * only that the server's clock stood within that second at some moment between question and answer;
 * the bounds of several answers together are narrower than any one of them.
 */
export function createServerClock(deviceNow: () => number = Date.now) {
  let lowest = Number.NEGATIVE_INFINITY
  let highest = Number.POSITIVE_INFINITY
  let offsetMs = 0

  return {
    /** Milliseconds since 1970 at the server, by our best knowledge. */
    now: (): number => deviceNow() + offsetMs,

    /** Take in one answer: its `Date` header, and the device's time before asking and on receipt. */
    learn(dateHeader: string | null, askedAt: number, answeredAt: number): void {
      const second = Date.parse(dateHeader ?? '')
      if (Number.isNaN(second)) return
      const low = second - answeredAt
      const high = second + DATE_HEADER_MS - askedAt
      if (low > highest || high < lowest) {
        // One of the two clocks was set: what was learned before is worth nothing now.
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
