/** The page's beginning. A browser that can't do all of it is told so, and then asks and sends nothing. */
import { browserTrouble } from './browserCheck.ts'
import { showBrowserTrouble } from './views/browserTrouble.ts'

const trouble = browserTrouble(isSecureContext)
if (trouble !== null) showBrowserTrouble(trouble)
// Not imported above: it would run before the check, and what is missing would stop it without a word.
else await import('./openPage.ts').then(({ openPage }) => openPage())
