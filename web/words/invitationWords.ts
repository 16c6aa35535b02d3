/** The words of an invitation that the operator gave the payer. */
export const invitationWords = {
  code: 'Code of the invitation',
  codeHint: 'Ten letters and digits, like K7QMX-4H2RW',
  codeHintOptional:
    'Ten letters and digits, like K7QMX-4H2RW. Leave it empty to say yes on your phone instead',
  codeEmpty: 'Enter the code of your invitation.',
  codeWrong: 'Compare it with your invitation: it has ten letters and digits.',
  /** Why an invitation is refused: the server does not tell which of these it is. */
  whyNotGood: (email: string, days: number) =>
    `mistyped, used already, replaced by a newer one, older than ${days} days, or made for another e-mail address than ${email}`,
  notGood: (why: string) => `This invitation is ${why}.`,
  hereTitle: 'Your invitation is here',
  here: 'If it is still good, you add a phone with it that approves your payments.',
  goodOnce: (days: number, email: string) =>
    `It is good once, for ${days} days, and only for ${email}. Whether it still is, ` +
    'turns out when it is used: when the phone is added, and not before.',
  keptInTab: 'This page fills it in for you, as long as this tab is open and you are signed in.',
  noRoom: 'You have three phones already: remove one first.',
  addPhone: 'Add a phone',
  seePhones: 'See your phones',
  dontUse: 'Don’t use it',
  enterTitle: 'Enter the invitation’s code',
  brokenLink:
    'The link that you opened is not complete. Open it again as you got it, or type its last ten letters and digits here.',
  howToGet: (operator: string) =>
    `You get an invitation from ${operator}: a link or a code. Open the link, or type the code here.`,
  continue: 'Continue',
  back: 'Back',
}
