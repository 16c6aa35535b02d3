import type { PaymentTrailOptions } from './evidenceOptions.ts'
import type { EvidenceSource } from './evidenceSource.ts'
import { folderSource } from './folderSource.ts'
import { stageSource } from './stageSource.ts'

/** The folder or the stage that a command names. Throws `CannotLook`. */
export const openSource = async (
  from: PaymentTrailOptions['from'],
  env: Readonly<Record<string, string | undefined>>,
): Promise<EvidenceSource> =>
  'archive' in from ? folderSource(from.archive, env) : stageSource(from)
