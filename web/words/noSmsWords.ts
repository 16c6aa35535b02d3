/** Why no code was texted, and what the payer can do instead. */
export const noSmsWords = {
  cancelInstead: 'cancel this payment',
  phoneInstead: 'answer in the app on your phone',
  providerDown: (orElse: string) =>
    `Codes by text don’t work just now. Try again later, or ${orElse}.`,
  textsOff: (orElse: string) => `Codes by text are paused just now. Try again later, or ${orElse}.`,
  tooMany: 'Too many codes were asked for just now.',
  otherPhone: 'This payment was started for another phone. Cancel it and start again.',
  stays:
    'This payment stays with the phone it was started for: cancel it, and start again with the new one.',
  seePhones: 'See your phones',
  seePhone: 'See your phone',
  changePhone: 'Change your phone number',
}
