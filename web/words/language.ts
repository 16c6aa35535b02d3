/** The language of these words, in which dates, times and the names of countries are written. */
export const language = 'en-GB'
