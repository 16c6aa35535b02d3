/** The words of every form. */
export const formWords = {
  /** Before the page's title while something in a form is wrong. */
  titlePrefix: 'Error: ',
  summary: 'There is a problem',
  /** Between a field’s label and what is wrong with it. */
  named: ': ',
  /** Of pasted characters that change the order in which a text is drawn. */
  leftOut: 'Characters that you can’t see were left out. Check what is left.',
  empty: (label: string) => `Fill in “${label}”.`,
}
