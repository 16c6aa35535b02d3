/** When and by what a phone was added and when it was last used: the same on the page and on the phone. */
export const deviceFactsWords = {
  addedBy: {
    device: 'with a yes from another of your phones',
    text: 'with a code by text',
    invitation: 'with an invitation',
    'sign-in': 'with your password',
  },
  addedOn: (when: string, by: string) => `Added on ${when}, ${by}.`,
  added: (when: string, by: string) => `${when}, ${by}`,
  usedOn: (when: string) => `Last used on ${when}.`,
  notUsed: 'Not used yet',
  notUsedYet: 'Not used yet.',
}
