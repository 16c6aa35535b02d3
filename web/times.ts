/**
 * Dates and times as the page says them: in its own language, whatever the browser's is, and by the clock of
 * the place where the person is. Half a sentence in another language is read by nobody.
 */
const LANGUAGE = 'en-GB'

const TIME = { hour: '2-digit', minute: '2-digit' } as const

/** "28 November 2026, 12:00": no order of day and month to mistake. */
export function dateAndTime(date: Date): string {
  const day = new Intl.DateTimeFormat(LANGUAGE, { dateStyle: 'long' }).format(date)
  return `${day}, ${timeOfDay(date)}`
}

/** "14:05", and with its day, "Sunday, 00:03", if that is not today. */
export function timeSoon(date: Date, now: Date): string {
  if (date.toDateString() === now.toDateString()) return timeOfDay(date)
  const day = new Intl.DateTimeFormat(LANGUAGE, { weekday: 'long' }).format(date)
  return `${day}, ${timeOfDay(date)}`
}

const timeOfDay = (date: Date) => new Intl.DateTimeFormat(LANGUAGE, TIME).format(date)
