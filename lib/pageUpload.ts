/** The page's way into its bucket, by the Lambda of CDK's own that copies files while the stack is deployed. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Stack, Stage, Token, Validations } from 'aws-cdk-lib'
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { IBucket } from 'aws-cdk-lib/aws-s3'
import { BucketDeployment, CacheControl, type ISource, Source } from 'aws-cdk-lib/aws-s3-deployment'
import type { Construct } from 'constructs'
import { cacheControl, type Page } from './page.ts'
import { logicalIdOf } from './retention.ts'

type Upload = {
  readonly page: Page
  /** What the page reads at its start. */
  readonly config: object
  readonly bucket: IBucket
  readonly logRetentionDays: RetentionDays
}

/**
 * Upload the page with its `config.json` into a bucket; files named by their content come first.
 *
 * @param scope what the parts are made in, and their ids derived from
 */
export function uploadPage(
  scope: Construct,
  { page, config, bucket, logRetentionDays }: Upload,
): void {
  const logGroup = new LogGroup(scope, 'DeploymentLogs', { retention: logRetentionDays })
  const role = deploymentRole(scope, bucket, logGroup)
  const deployment = (id: string, sources: ISource[], immutable: boolean) =>
    new BucketDeployment(scope, id, {
      sources,
      destinationBucket: bucket,
      cacheControl: [CacheControl.fromString(cacheControl({ immutable }))],
      // A page that is open still loads files of the version before.
      prune: false,
      memoryLimit: 512,
      logGroup,
      role,
    })
  const assets = deployment('Assets', [folderOf(scope, page, true)], true)
  const told = Source.jsonData('config.json', config)
  const start = deployment('Start', [folderOf(scope, page, false), told], false)
  start.node.addDependency(assets)

  const reason = "It is the construct library's own, and runs only while the stack is deployed."
  const deployer = Stack.of(scope).node.children.find(({ node }) =>
    node.id.startsWith('Custom::CDKBucketDeployment'),
  )
  if (!deployer) throw new Error('CDK has renamed Custom::CDKBucketDeployment')
  for (const id of [
    'AwsSolutions-L1',
    'Serverless-LambdaLatestVersion',
    'Serverless-LambdaDLQ',
    'Serverless-LambdaTracing',
  ]) {
    Validations.of(deployer).acknowledge({ id, reason })
  }
}

function deploymentRole(scope: Construct, bucket: IBucket, logGroup: LogGroup): Role {
  const role = new Role(scope, 'DeploymentRole', {
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
  })
  role.addToPrincipalPolicy(
    new PolicyStatement({
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [logGroup.logGroupArn],
    }),
  )
  const { synthesizer, account, region, partition } = Stack.of(scope)
  const named = (value: string, token: string) => (Token.isUnresolved(value) ? token : value)
  const assets = `cdk-${synthesizer.bootstrapQualifier}-assets-${named(account, '<AWS::AccountId>')}-${named(region, '<AWS::Region>')}`
  for (const finding of [
    'Action::s3:GetBucket*',
    'Action::s3:GetObject*',
    'Action::s3:List*',
    'Action::s3:Abort*',
    'Action::s3:DeleteObject*',
    `Resource::arn:${named(partition, '<AWS::Partition>')}:s3:::${assets}/*`,
    `Resource::<${logicalIdOf(bucket)}.Arn>/*`,
  ]) {
    Validations.of(role).acknowledge({
      id: `AwsSolutions-IAM5[${finding}]`,
      reason: "It copies the page's files from the bucket of assets to that of the page.",
    })
  }
  return role
}

/** The files that browsers may keep for ever, or the others, as a folder to upload. */
function folderOf(scope: Construct, page: Page, immutable: boolean): ISource {
  const { outdir } = Stage.of(scope) ?? {}
  if (!outdir) throw new Error('the site construct is not part of a CDK app')
  // Beside the template, so that synth leaves no files elsewhere.
  const folder = join(outdir, `page-${scope.node.addr}-${immutable ? 'assets' : 'start'}`)
  rmSync(folder, { recursive: true, force: true })
  for (const [path, file] of page) {
    if (file.immutable !== immutable) continue
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), file.body)
  }
  return Source.asset(folder)
}
