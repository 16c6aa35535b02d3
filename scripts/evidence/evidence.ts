/**
 * `npm run evidence`: the evidence that a payment was authenticated and recorded (PSD2 Art. 72; RTS Art. 4, 5 and
 * 29), or the history of a payer's account. It reads the archive and verifies every entry again.
 *
 * The exit code is 0 (all is proven), 1 (an entry is wrong, and the output names it) or 2 (there is no such payment or
 * payer, it could not be read, this version does not know all entries, or the command was used wrongly).
 */

import { CannotLook } from '../checks/cannotLook.ts'
import { type EvidenceOptions, evidenceOptions } from './evidenceOptions.ts'
import type { EvidenceSource } from './evidenceSource.ts'
import { evidenceJson, evidenceText } from './evidenceText.ts'
import { openSource } from './openSource.ts'
import { opensslCommands } from './openssl.ts'
import { comparedWithPayer } from './payerDevice.ts'
import { foundPayerTrail, trailJson, trailText } from './payerTrail.ts'
import { paymentTrailOf } from './paymentTrail.ts'
import { isOnlyUnknown } from './paymentTrailCheck.ts'

export type Io = {
  readonly say: (line: string) => void
  readonly complain: (line: string) => void
}

/**
 * @param settings the text of `payfriend.json`, which says where a stage is
 * @returns the exit code
 */
export async function main(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  { say, complain }: Io,
  settings?: () => string | undefined,
): Promise<number> {
  try {
    const options = evidenceOptions(argv)
    const source = await openSource(options.from, env, settings)
    try {
      const { text, problems } = await told(source, options)
      say(text)
      if (problems.length === 0) return 0
      return isOnlyUnknown(problems) ? 2 : 1
    } finally {
      await source.close()
    }
  } catch (error) {
    if (!(error instanceof CannotLook)) throw error
    complain(error.message)
    return 2
  }
}

async function told(source: EvidenceSource, options: EvidenceOptions) {
  if ('payerId' in options) {
    const found = await foundPayerTrail(source, options.payerId)
    return { ...found, text: options.json ? trailJson(found) : trailText(found) }
  }
  const found = await comparedWithPayer(source, await paymentTrailOf(source, options))
  if (options.openssl) return { ...found, text: opensslCommands(found) }
  return { ...found, text: options.json ? evidenceJson(found) : evidenceText(found) }
}

if (import.meta.main) {
  process.exitCode = await main(process.argv.slice(2), process.env, {
    say: (line) => console.log(line),
    complain: (line) => console.error(line),
  })
}
