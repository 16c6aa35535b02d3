/** The entry of the phone's page. In a browser that lacks a feature it needs, it only says so. */

import { showPlain } from '../views/plain.ts'
import { phoneTrouble } from './phoneCheck.ts'

const trouble = phoneTrouble(isSecureContext)
if (trouble !== null) showPlain(trouble)
// Not imported above: it would run before the check and fail without a message if a feature is missing.
else await import('./openApprove.ts').then(({ openApprove }) => openApprove())
