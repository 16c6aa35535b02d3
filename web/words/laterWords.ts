/** A part of the page that is loaded later. */
export const laterWords = {
  heading: 'Part of this page is missing',
  notLoaded:
    'Part of this page could not be loaded. Check your connection, then load this page again.',
  load: 'Load again',
}
