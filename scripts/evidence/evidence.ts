/**
 * `npm run evidence`: what there is to prove that a payment was authenticated and recorded (PSD2 Art. 72; RTS
 * Art. 4, 5 and 29), or what happened to a payer's account, told from the archive, after every page was
 * verified again.
 *
 * It ends with 0 (all is proven), 1 (something is wrong, and it says with which page) or 2 (there is no such
 * payment or payer, it could not be looked at, this version does not know all that was written, or the command was
 * used wrongly).
 */
import { evidenceJson, evidenceText } from './evidenceText.ts'
import { isOnlyUnknown } from './recordCheck.ts'
import { recordOf } from './recordOf.ts'
import { CannotLook, type EvidenceOptions, evidenceOptions } from './recordOptions.ts'
import { type RecordSource, recordSource } from './recordSource.ts'
import { foundTrail, trailJson, trailText } from './trailEvidence.ts'

export type Io = {
  readonly say: (line: string) => void
  readonly complain: (line: string) => void
}

/** @returns the exit code */
export async function main(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  { say, complain }: Io,
): Promise<number> {
  try {
    const options = evidenceOptions(argv)
    const source = await recordSource(options.from, env)
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

async function told(source: RecordSource, options: EvidenceOptions) {
  if ('payerId' in options) {
    const found = await foundTrail(source, options.payerId)
    return { ...found, text: options.json ? trailJson(found) : trailText(found) }
  }
  const found = await recordOf(source, options)
  return { ...found, text: options.json ? evidenceJson(found) : evidenceText(found) }
}

if (import.meta.main) {
  process.exitCode = await main(process.argv.slice(2), process.env, {
    say: (line) => console.log(line),
    complain: (line) => console.error(line),
  })
}
