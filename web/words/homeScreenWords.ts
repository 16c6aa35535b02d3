import { brandName } from './brandName.ts'

/** How the phone's page gets on the home screen, and why. */
export const homeScreenWords = {
  homeScreen: `Put ${brandName} on your home screen`,
  whyHome:
    'On an iPhone or iPad, only a page on the home screen can ring when a payment waits, and only there its key is kept. ' +
    'So do this first:',
  isAddedHere: `Is ${brandName} on your home screen already? Then open it there: this browser and the home screen keep different keys.`,
  share: 'Press the Share button of the browser. It may be behind the button with three dots.',
  addToHome:
    'Choose “Add to Home Screen”; you may have to scroll for it. If you see “Open as Web App”, leave it on. Press “Add”.',
  openHome: `Open ${brandName} from your home screen.`,
  getCode:
    'Add this phone there: press “Add a phone” on the page where you are signed in, and type its code.',
  typeCode: 'Type this code there:',
  stayMeans:
    'If you continue in the browser, this phone does not ring, and the browser may delete its key when you have not opened ' +
    'this page for a week.',
  stay: 'Continue in the browser',
  atHand: `On your home screen ${brandName} is always at hand.`,
  putOnHome: 'Put it on the home screen',
  macDock:
    'In Safari on a Mac, choose “Add to Dock” in the menu File: then the browser keeps this page’s key.',
  back: 'Back',
}
