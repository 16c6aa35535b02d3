/** What to do about a notice, on the page. */
export const noticeActionsWords = {
  older: (count: number) => (count === 1 ? '1 older one' : `${count} older ones`),
  gotIt: 'Got it',
  gotItOf: (words: string) => `Got it: ${words}`,
  whatToDo: 'Was it not you?',
  askThem: 'If you don’t know why, ask them.',
  notYourPhone: <T>(look: T, password: T, signOut: T) => [
    look,
    ' and remove what is not yours. Then ',
    password,
    ' and ',
    signOut,
    '.',
  ],
  lookAtPhones: 'Look at your phones under “Phone”',
  thenPassword: 'change your password',
  notYou: <T>(password: T, signOut: T) => [
    password,
    ', then ',
    signOut,
    ', and tell the people who run this service.',
  ],
  password: 'Change your password',
  signOut: 'sign out everywhere',
}
