import { installed } from '../checks/cannotLook.ts'
import type { PaymentTrailOptions } from './evidenceOptions.ts'
import type { EvidenceSource } from './evidenceSource.ts'
import { folderSource } from './folderSource.ts'

/**
 * The folder or the stage that a command names. Throws `CannotLook`.
 *
 * @param settings the text of `payfriend.json`, which says where a stage is
 */
export async function openSource(
  from: PaymentTrailOptions['from'],
  env: Readonly<Record<string, string | undefined>>,
  settings?: () => string | undefined,
): Promise<EvidenceSource> {
  if ('archive' in from) return folderSource(from.archive, env)
  const { stageSource } = await installed(import('./stageSource.ts'))
  return stageSource(from, settings)
}
