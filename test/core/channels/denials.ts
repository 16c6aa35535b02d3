/** Test support: denials of which nothing is told. */
import type { DenialPorts } from '../../../functions/core/channels/pushPause.ts'

export const noDenials: Pick<DenialPorts, 'denials' | 'onPushesDenied' | 'onDenialFault'> = {
  denials: { tell: async () => false },
  onPushesDenied() {},
  onDenialFault(_, fault) {
    throw fault
  },
}
