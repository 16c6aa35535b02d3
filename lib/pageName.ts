/** What the page's host name decides, said at synth, because it is dear to change later. */
import { Annotations } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import type { StageSettings } from './stageSettings.ts'

/**
 * Say what the page's name means for payers' devices, and what CloudFront's own name means for TLS.
 *
 * A stage that keeps no data has no payers to lose, so it is told of TLS alone.
 */
export function tellOfName(
  scope: Construct,
  { domain, keepData }: Pick<StageSettings, 'domain' | 'keepData'>,
): void {
  const told = Annotations.of(scope)
  if (!domain) {
    // CloudFront fixes the TLS versions of its own certificate, whatever the distribution's settings say.
    const sentence =
      "The page's address is CloudFront's own, whose certificate takes TLS 1.0 and 1.1 too. With the setting `domain` it takes 1.2 at least."
    if (keepData) told.addWarningV2('payfriend:oldTls', sentence)
    else told.addInfoV2('payfriend:oldTls', sentence)
  }
  if (!keepData) return
  const name = domain
    ? `of this page's name, ${domain.name}: under another \`domain\``
    : "of this page's name, and CloudFront draws that: with a `domain` later"
  told.addWarningV2(
    'payfriend:devicesOfName',
    `The devices by which payers approve (their passkeys, their rings) are ${name} every payer loses every device. Choose the name before the first payer adds one (docs/guides/deploying.md).`,
  )
}
