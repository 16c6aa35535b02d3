import { language } from '#words/language.ts'
import { timeWords } from '#words/timeWords.ts'

/*
 * Dates and times in the page's own language, so that no sentence mixes it with the browser's, and in the
 * device's time zone.
 */

const TIME = { hour: '2-digit', minute: '2-digit' } as const

/** "28 November 2026, 12:00": with the month's name, day and month cannot be confused. */
export function dateAndTime(date: Date): string {
  const day = new Intl.DateTimeFormat(language.dates, { dateStyle: 'long' }).format(date)
  return timeWords.onDay(day, timeOfDay(date))
}

/** "14:05"; with the weekday, "Sunday, 00:03", if it is not today. */
export function timeSoon(date: Date, now: Date): string {
  if (date.toDateString() === now.toDateString()) return timeOfDay(date)
  const day = new Intl.DateTimeFormat(language.dates, { weekday: 'long' }).format(date)
  return timeWords.onDay(day, timeOfDay(date))
}

/** "Today, 12:00", "28 Nov, 12:00"; of another year "28 Nov 2025". */
export function dayAndTime(date: Date, now: Date): string {
  if (date.toDateString() === now.toDateString()) {
    return timeWords.onDay(timeWords.today, timeOfDay(date))
  }
  const day = { day: 'numeric', month: 'short' } as const
  const isThisYear = date.getFullYear() === now.getFullYear()
  if (isThisYear) {
    return timeWords.onDay(
      new Intl.DateTimeFormat(language.dates, day).format(date),
      timeOfDay(date),
    )
  }
  return new Intl.DateTimeFormat(language.dates, { ...day, year: 'numeric' }).format(date)
}

/** A wait of whole hours: "12 hours", "7 days". */
export const hoursInWords = timeWords.hours

const timeOfDay = (date: Date) => new Intl.DateTimeFormat(language.dates, TIME).format(date)
