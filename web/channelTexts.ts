/** The page's texts about each channel. */

import { resultWords } from '#words/resultWords.ts'
import type { Channel } from '../functions/core/channel.ts'

/** How the payer approved or denied a payment on each channel. */
export const HOW_DECIDED: Readonly<Record<Channel, string>> = resultWords.how
