/** The page's texts about each channel. */
import type { Channel } from '../functions/core/channel.ts'
import { resultWords } from './words/resultWords.ts'

/** How the payer approved or denied a payment on each channel. */
export const HOW_DECIDED: Readonly<Record<Channel, string>> = resultWords.how
