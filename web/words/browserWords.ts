/**
 * What a browser lacks. It is told before the rest of the page is loaded.
 *
 * @param name the name of the service
 */
export const browserWords = (name: string) => ({
  unsafeHeading: 'This address isn’t safe',
  unsafe:
    `${name} works only where the address begins with https, or with localhost on the very ` +
    'computer that it runs on. Open it there.',
  oldHeading: `This browser is too old for ${name}`,
  old: 'Please update it, or open this page in another one.',
  missing: (features: readonly string[]) => `This browser has no ${features.join(', ')}.`,
  keepsNothingHeading: `This browser doesn’t let ${name} keep anything`,
  keepsNothing:
    'To sign you in, and out again in every tab, this page keeps a little in your browser. That is ' +
    'forbidden here, or there is no room left.',
  allowIt:
    'Allow cookies and site data for this page in the settings of your browser, or leave its ' +
    'private mode. Then load this page again.',
  nothingSent: 'Nothing was sent.',
})
