/** What a stage says of the firewall in front of it. */
import * as z from 'zod'
import { COUNT_MAX } from '../functions/core/limits.ts'

/** CloudFront's home, from which it takes web ACLs. */
const FIREWALL_REGION = 'us-east-1'

const REQUESTS_PER_ADDRESS_MIN = 500

/** The settings of the firewall. */
export const firewallFields = {
  /** The ARN of a web ACL (AWS WAF) in us-east-1, in front of page and API. Default: none. */
  webAclArn: z
    .string()
    .regex(
      /^arn:aws:wafv2:us-east-1:\d{12}:global\/webacl\/.+$/,
      'must be the ARN of a web ACL for CloudFront, like arn:aws:wafv2:us-east-1:123456789012:global/webacl/…',
    )
    .optional(),

  /**
   * How many requests one address (IP) may send to page and API in five minutes, by a web ACL that the stack makes: 500 to
   * 1,000,000. Only in us-east-1, and not beside `webAclArn`. Default: no limit.
   */
  requestsPerAddress: z
    .int('must be a whole number')
    .min(
      REQUESTS_PER_ADDRESS_MIN,
      `must be at least ${REQUESTS_PER_ADDRESS_MIN}, because the two open pages of one payer send two hundred in five minutes`,
    )
    .max(COUNT_MAX, 'is too large')
    .optional(),
  /**
   * The number of the secret by which Lambdas know what came through the firewall: raise it by one to turn the secret.
   * Only with `webAclArn` or `requestsPerAddress`. Default: 1.
   */
  originSecretNumber: z
    .int('must be a whole number')
    .min(1, 'must be at least 1')
    .max(COUNT_MAX, 'is too large')
    .optional(),
}

type Given = z.infer<z.ZodObject<typeof firewallFields>> & { readonly region?: string | undefined }

/**
 * The settings of a stage's firewall, with every default.
 *
 * @param refuse throws an error whose message ends with what is wrong
 */
export function firewallOf(given: Given, refuse: (what: string) => never) {
  if (given.requestsPerAddress !== undefined && given.webAclArn !== undefined) {
    refuse(
      'requestsPerAddress may not be said beside webAclArn, because one web ACL stands in front: put a rate rule into yours',
    )
  }
  if (given.requestsPerAddress !== undefined && given.region !== FIREWALL_REGION) {
    refuse(
      `requestsPerAddress counts only where region is "${FIREWALL_REGION}", because CloudFront takes a web ACL from no other: make one there by hand, as docs/guides/deploying.md says, and name it as webAclArn`,
    )
  }
  if (given.originSecretNumber !== undefined && !hasFirewall(given)) {
    refuse('originSecretNumber counts only with webAclArn or requestsPerAddress')
  }
  const { webAclArn, requestsPerAddress, originSecretNumber = 1 } = given
  return { webAclArn, requestsPerAddress, originSecretNumber }
}

/** Whether a firewall stands before a stage's page and API. */
export const hasFirewall = (settings: {
  readonly webAclArn?: string | undefined
  readonly requestsPerAddress?: number | undefined
}): boolean => settings.webAclArn !== undefined || settings.requestsPerAddress !== undefined
