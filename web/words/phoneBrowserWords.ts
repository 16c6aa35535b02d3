/**
 * What a browser lacks in which a phone is to approve. It is told before the rest of the page is loaded.
 *
 * @param name the name of the service
 */
export const phoneBrowserWords = (name: string) => ({
  addressNotSafe: 'This address isn’t safe',
  safeAddress:
    `${name} works only where the address begins with https, or with localhost on the very computer that it runs on. ` +
    'Open it there.',
  cantApprove: 'This browser can’t approve payments',
  updateBrowser:
    'It is too old, or an app shows this page inside itself. Update it, or open this page in Chrome, Edge, Firefox or ' +
    'Samsung Internet of 2025 or newer, or in Safari 18.4 or newer.',
  otherWays:
    'On an iPhone or iPad that means iOS or iPadOS 18.4 or newer. With an older one you can’t add this phone, but you can ' +
    `sign in and send payments with it: approve them on another phone or computer, or with a code by text if ${name} ` +
    'offers you one.',
  lacks: (features: readonly string[]) => `This browser has no ${features.join(', ')}.`,
})
