/** Lengths of time in words. */
export const timeWords = {
  /** Rounded up, so that trying then is never too early. */
  wait: (seconds: number): string => {
    if (seconds < 90) return seconds === 1 ? '1 second' : `${seconds} seconds`
    return `${Math.ceil(seconds / 60)} minutes`
  },
  hours: (hours: number): string => {
    if (hours === 1) return '1 hour'
    return hours > 24 && hours % 24 === 0 ? `${hours / 24} days` : `${hours} hours`
  },
  onDay: (day: string, time: string): string => `${day}, ${time}`,
  today: 'Today',
}
