import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type BucketProps,
  type CfnBucket,
  type IBucket,
} from 'aws-cdk-lib/aws-s3'
import type { Construct } from 'constructs'
import { fixId, unprotectedRemovalPolicy } from './retention.ts'

/** A bucket without public access. */
export function privateBucket(
  scope: Construct,
  logicalId: string,
  keepData: boolean,
  props: BucketProps,
): IBucket {
  const bucket = new Bucket(scope, logicalId, {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    encryption: BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    removalPolicy: unprotectedRemovalPolicy(keepData),
    // CloudFormation can delete only an empty bucket.
    autoDeleteObjects: !keepData,
    ...props,
  })
  fixId(bucket.node.defaultChild as CfnBucket, logicalId)
  // The two types differ only in how they spell an optional member.
  return bucket as IBucket
}
