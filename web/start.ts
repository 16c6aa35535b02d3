/** The page's entry. In a browser that lacks a feature it needs, it only says so and sends no request. */
import { browserTrouble } from './browserCheck.ts'
import { showBrowserTrouble } from './views/browserTrouble.ts'

const trouble = browserTrouble(isSecureContext)
if (trouble !== null) showBrowserTrouble(trouble)
// Not imported above: it would run before the check and fail without a message if a feature is missing.
else await import('./openPage.ts').then(({ openPage }) => openPage())
