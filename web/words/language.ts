/** The language of these words. */
export const language = {
  /** Of the page's `lang`: in this sign-in is asked for, and countries are named. */
  page: 'en',
  /** In which dates and times are written. */
  dates: 'en-GB',
}
