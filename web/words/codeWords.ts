const someCode = 'No more codes can be'

/** Approving a payment with a code from a text. */
export const codeWords = {
  heading: 'Enter the code from the text',
  label: 'Code',
  empty: 'Enter the code from the text.',
  approve: 'Approve',
  checking: 'Checking…',
  /** @param ending the last digits of the number, because its hidden ones are read aloud as “bullet” */
  text: (ending: string) => `Text me the code to the phone ending in ${ending}`,
  textAgain: 'Send a new code',
  sending: 'Sending…',
  /** Right after the payment was sent, with the same press. */
  texting: 'We’re texting you the code.',
  texted: (ending: string) => `We texted the code to the phone ending in ${ending}.`,
  textedAgain: (ending: string) => `We texted a new code to the phone ending in ${ending}.`,
  askAgain: (wait: string) => `You can ask again in ${wait}.`,
  compare:
    'Enter it only if the text says the same as here. If the text has a reference, it must be ',
  compareEnd: '.',
  byText: 'You can approve it with a code that we text to your phone.',
  trouble: 'Having trouble? You can approve it with a code by text too.',
  /** True also where the provider sent the text and failed afterwards. */
  noText: 'No code was sent. If a text arrives all the same, its code can’t be used.',
  noTexts: `${someCode} sent for this payment.`,
  noAttempts: `${someCode} tried for this payment.`,
  cancelAndStart: 'Cancel it, then start again.',
  attemptSpent: 'This attempt may have been used up.',
  /** Why no code can be had or tried now. */
  locked: (until: string) => `Five codes in a row were wrong, so codes are locked until ${until}.`,
  /** What can be done while codes are locked. */
  enterThen: 'You can enter the code then.',
  askThen: 'You can ask for a code then.',
  endsBefore: 'This payment ends before that. Cancel it, and start again later.',
}
