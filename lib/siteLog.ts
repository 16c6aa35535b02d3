/** CloudFront's log of the requests for the page, and where there can be none. */
import { Aws, CfnCondition, Duration, Fn, Validations } from 'aws-cdk-lib'
import type { CfnDistribution, Distribution } from 'aws-cdk-lib/aws-cloudfront'
import type { RetentionDays } from 'aws-cdk-lib/aws-logs'
import { type IBucket, ObjectOwnership } from 'aws-cdk-lib/aws-s3'
import { RegionInfo } from 'aws-cdk-lib/region-info'
import type { Construct } from 'constructs'
import { privateBucket } from './privateBucket.ts'

/** Where CloudFront writes no log, as a part of a sentence. */
export const WITHOUT_SITE_LOG =
  'CloudFront writes no log into a bucket of a region that an account has to enable first'

/** Whether CloudFront writes its log into a bucket of this region: it refuses those of opt-in regions. */
export const hasSiteLog = (region: string): boolean => !RegionInfo.get(region).isOptInRegion

/** The bucket of the log. Only the AWS account's owner can read it; its retention is that of the other logs. */
export function siteLogBucket(
  scope: Construct,
  {
    keepData,
    logRetentionDays,
  }: { readonly keepData: boolean; readonly logRetentionDays: RetentionDays },
): IBucket {
  const bucket = privateBucket(scope, 'LogBucket', keepData, {
    // CloudFront needs access control lists to write its log.
    objectOwnership: ObjectOwnership.BUCKET_OWNER_PREFERRED,
    lifecycleRules: [{ expiration: Duration.days(logRetentionDays) }],
  })
  Validations.of(bucket).acknowledge({
    id: 'AwsSolutions-S1',
    reason: 'It is the bucket of logs; an access log of it would log its own writes.',
  })
  return bucket
}

/**
 * Log in the regions that can, whichever the stack is deployed to. In another one CloudFront would refuse the bucket with
 * a sentence about its rights, and the deployment would fail.
 */
export function logWhereItCan(distribution: Distribution, bucket: IBucket): void {
  const refusing = RegionInfo.regions.filter(({ name }) => !hasSiteLog(name))
  const condition = new CfnCondition(distribution, 'HasLog', {
    expression: Fn.conditionNot(
      Fn.conditionOr(...refusing.map(({ name }) => Fn.conditionEquals(Aws.REGION, name))),
    ),
  })
  const resource = distribution.node.defaultChild as CfnDistribution
  resource.addPropertyOverride(
    'DistributionConfig.Logging',
    Fn.conditionIf(
      condition.logicalId,
      { Bucket: bucket.bucketRegionalDomainName, IncludeCookies: false, Prefix: 'site/' },
      Aws.NO_VALUE,
    ),
  )
}
