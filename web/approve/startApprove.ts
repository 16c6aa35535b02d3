/** The entry of the phone's page. In a browser that lacks a feature it needs, it only says so. */

import { showPlain } from '../views/plain.ts'
import { phoneTrouble } from './phoneCheck.ts'

// The page's title is the name of the service until something is shown.
const trouble = phoneTrouble(isSecureContext, document.title)
if (trouble !== null) showPlain(trouble)
// Not imported above: it would run before the check and fail without a message if a feature is missing.
else await import('./openApprove.ts').then(({ openApprove }) => openApprove())
