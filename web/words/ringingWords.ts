import { brandName } from './brandName.ts'

/** The sentences with which the phone's page offers to ring, and says whether it does. */
export const ringingWords = {
  ringing: 'Ringing',
  forWhat:
    'This page has to be open to show what waits. If you let this phone ring, it also tells you when the page is closed. ' +
    'The notification says whom you pay and how much, and a locked phone may show it. It approves nothing.',
  letRing: 'Let this phone ring',
  asking: 'Asking…',
  isOn:
    'This phone rings when a payment waits, and when something about your phones changes. A ring can be late or get lost: ' +
    'this page always shows what waits.',
  test: 'Test ring',
  testing: 'Ringing…',
  stop: 'Stop ringing',
  stopping: 'One moment…',
  turnedOn: 'This phone rings now. Try it with a test ring.',
  turnedOff: 'This phone does not ring any more.',
  dismissed: 'Nothing has changed. Press the button again, and then “Allow”.',
  notYet: (why: string) => `This phone does not ring yet. ${why}`,
  rung:
    'A test ring is on its way. If you see none within a minute, check whether your phone is silent or forbids ' +
    'notifications of this browser.',
  untold: `This phone does not ring any more. ${brandName} does not know it yet: this page says so the next time that you open it.`,
  notRenewed: (why: string) => `Perhaps this phone does not ring just now: ${why}`,
  unsupported:
    'This browser can’t ring. Keep this page open when you send a payment: it looks every few seconds what waits.',
  denied:
    'This phone does not ring: its browser forbids notifications of this page. Allow them in the browser’s settings for ' +
    'this page, and load it again. Until then, keep it open when you send a payment.',
  deniedInstalled:
    `This phone does not ring: it forbids notifications of ${brandName}. Allow them in the settings of the phone, under ` +
    `Notifications, and open ${brandName} again. Until then, open it when you send a payment.`,
  onlyInstalled:
    'On an iPhone or iPad a page rings only from the home screen, and only there the browser surely keeps its key.',
  showHow: 'Show me how',
  noSubscription:
    'The browser could not ask its push service. It may be a private window, or there may be no network. Try again later.',
  otherService: `${brandName} can’t ring by the push service of this browser. Use another browser, or keep this page open.`,
}
