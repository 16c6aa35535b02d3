/** What the page says after sign-in of a press that was lost because the sign-in had ended. */
import { restoreWords } from './restoreWords.ts'

export const lostPressWords = {
  startPhone: 'No code was sent for your phone. Ask for it again.',
  verifyPhone: 'Your phone was not confirmed. Enter its code again.',
  invite: 'No code for a phone was made. If you still want it, press “Add a phone” again.',
  textLeave: 'No code was sent for your new phone. Ask for it again.',
  confirmDevice: 'Your new phone was not added. Type its digits again.',
  /** That sign-in was a step on the way, so nothing has failed. */
  restoreDevice: (name: string) =>
    `You have signed in again. Press ‘${restoreWords.putBack(name)}’ now.`,
  removeDevice: 'The phone was not removed. If you still want it, press the button again.',
  endSessions: 'You were not signed out everywhere. If you still want it, press the button again.',
  send: 'Your payment was not sent. If you still want it, press the button again.',
  cancel: 'The payment was not cancelled. If you still want it, press the button again.',
  startSms: 'No code by text was asked for. Ask for it again.',
  verifySms: 'Your code was not checked, and no attempt was used up. Enter it again.',
}
