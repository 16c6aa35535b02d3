import { language } from './language.ts'

/**
 * What stands in the HTML itself, before any script runs: the build puts it in place of `{key}`.
 *
 * @param name the name of the service
 */
export const htmlWords = (name: string) => ({
  name,
  lang: language.page,
  dir: 'ltr',
  /** Search engines show it beside the page's title. */
  description: 'See on your own phone whom you pay and how much, before you say yes.',
  newsLabel: 'Your account',
  noScript: `${name} needs JavaScript. Please switch it on in your browser and load this page again.`,
  nothingYet: 'If nothing more appears here, load this page again, or open it in a newer browser.',
  /** Of the phone's page, on a home screen. */
  approveDescription: 'Approve your payments on this phone.',
})

/** The oldest browsers that the page works in, like “Chrome 100”. */
export const browsersSentence = (name: string, oldest: readonly string[]): string =>
  `${name} works with ${oldest.slice(0, -1).join(', ')} and ${oldest.at(-1)}, and with newer ones.`
