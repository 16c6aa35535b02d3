import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Aws, Duration, Names, Stack, Stage, Token, Validations } from 'aws-cdk-lib'
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager'
import {
  AccessLevel,
  AllowedMethods,
  CachePolicy,
  Distribution,
  HeadersFrameOption,
  HeadersReferrerPolicy,
  HttpVersion,
  OriginProtocolPolicy,
  OriginRequestPolicy,
  OriginSslPolicy,
  ResponseHeadersPolicy,
  S3OriginAccessControl,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront'
import { HttpOrigin, S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins'
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { IBucket } from 'aws-cdk-lib/aws-s3'
import { BucketDeployment, CacheControl, type ISource, Source } from 'aws-cdk-lib/aws-s3-deployment'
import { Construct } from 'constructs'
import { ORIGIN_HEADER } from '../functions/http/originHeader.ts'
import type { Api } from './api.ts'
import type { Firewall } from './firewall.ts'
import { APPROVE_PATH, approveHeaders, cacheControl, type Page, pageHeaders } from './page.ts'
import { privateBucket } from './privateBucket.ts'
import { logicalIdOf } from './retention.ts'
import { logWhereItCan, siteLogBucket } from './siteLog.ts'

/** Every error that CloudFront would otherwise cache for ten seconds. */
const ERRORS = [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504]
const TWO_YEARS = Duration.days(730)
const ACCESS_CONTROL_CHARACTERS_MAX = 64
const HEADERS_POLICY_CHARACTERS_MAX = 128
/** None has more than 14 today (`ap-southeast-1`). */
const REGION_CHARACTERS_MAX = 20

export type SiteSettings = {
  readonly stage: string
  readonly keepData: boolean
  readonly logRetention: RetentionDays
  /** The page's own name, with a certificate for it in us-east-1. Default: CloudFront's name. */
  readonly domain: { readonly name: string; readonly certificateArn: string } | undefined
}

/** Page and API under one address, so that the page can call the API without CORS. */
export class Site extends Construct {
  /** Without a slash at its end. */
  readonly url: string
  /** The DNS target for the page's own name. */
  readonly target: string
  readonly distribution: Distribution
  private readonly bucket: IBucket
  private readonly settings: SiteSettings

  constructor(
    scope: Construct,
    id: string,
    props: {
      readonly api: Api
      /** Origins that the page may call besides its own. */
      readonly connect: readonly string[]
      readonly settings: SiteSettings
      readonly firewall: Firewall | undefined
    },
  ) {
    super(scope, id)
    this.settings = props.settings
    const { firewall } = props
    const { stage, domain } = props.settings
    const logs = siteLogBucket(this, props.settings)
    // Never kept: the page can be built anew, and a bucket with files in it would outlive a failed deployment.
    this.bucket = privateBucket(this, 'SiteBucket', false, {
      serverAccessLogsBucket: logs,
      serverAccessLogsPrefix: 'bucket/',
    })

    const responseHeadersPolicy = this.headersPolicy('Headers', pageHeaders(props))
    const file = {
      origin: S3BucketOrigin.withOriginAccessControl(this.bucket, {
        originAccessControl: new S3OriginAccessControl(this, 'BucketAccess', {
          originAccessControlName: this.nameOf('', ACCESS_CONTROL_CHARACTERS_MAX),
        }),
        // With the right to list, S3 answers 404 for a missing file, not 403.
        originAccessLevels: [AccessLevel.READ, AccessLevel.LIST],
      }),
      viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
      allowedMethods: AllowedMethods.ALLOW_GET_HEAD,
      cachePolicy: CachePolicy.CACHING_OPTIMIZED,
    }
    const distribution = new Distribution(this, 'Distribution', {
      comment: `Payfriend ${stage}`,
      defaultRootObject: 'index.html',
      httpVersion: HttpVersion.HTTP2_AND_3,
      defaultBehavior: { ...file, responseHeadersPolicy },
      additionalBehaviors: {
        [APPROVE_PATH]: {
          ...file,
          responseHeadersPolicy: this.headersPolicy('ApproveHeaders', approveHeaders()),
        },
        '/api/*': {
          // No origin path: the stage is called `api`.
          origin: new HttpOrigin(props.api.host, {
            protocolPolicy: OriginProtocolPolicy.HTTPS_ONLY,
            originSslProtocols: [OriginSslPolicy.TLS_V1_2],
            // CloudFront writes it over what a client sends under this name.
            ...(firewall && { customHeaders: { [ORIGIN_HEADER]: firewall.secret } }),
          }),
          viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
          allowedMethods: AllowedMethods.ALLOW_ALL,
          cachePolicy: CachePolicy.CACHING_DISABLED,
          originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
          responseHeadersPolicy,
        },
      },
      // No error pages of CloudFront's: they would replace the API's 403 and 404 too.
      errorResponses: ERRORS.map((httpStatus) => ({ httpStatus, ttl: Duration.seconds(0) })),
      logBucket: logs,
      ...(domain && {
        domainNames: [domain.name],
        certificate: Certificate.fromCertificateArn(this, 'Certificate', domain.certificateArn),
        minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
      }),
      ...(firewall && { webAclId: firewall.webAclArn }),
    })
    logWhereItCan(distribution, logs)
    this.distribution = distribution
    this.target = distribution.distributionDomainName
    this.url = `https://${domain?.name ?? this.target}`

    for (const [id = '', reason = ''] of [
      [
        'Annotation::@aws-cdk/aws-cloudfront-origins:listBucketSecurityRisk',
        'There is a root object, so no list of files is shown.',
      ],
      [
        'AwsSolutions-CFR1',
        'The owner decides from which countries payers may pay; phones are limited by country.',
      ],
      firewall === undefined && [
        'AwsSolutions-CFR2',
        'A firewall costs a fixed sum a month; every route is throttled and every payer limited.',
      ],
      domain === undefined && [
        'AwsSolutions-CFR4',
        "The address is CloudFront's own, whose certificate fixes the oldest TLS; browsers use 1.3.",
      ],
    ].filter((one) => one !== false)) {
      Validations.of(distribution).acknowledge({ id, reason })
    }
  }

  /** Upload the page with its `config.json`; files named by their content come first. */
  publish(page: Page, config: object): void {
    const logGroup = new LogGroup(this, 'DeploymentLogs', { retention: this.settings.logRetention })
    const role = this.deploymentRole(logGroup)
    const deployment = (id: string, sources: ISource[], immutable: boolean) =>
      new BucketDeployment(this, id, {
        sources,
        destinationBucket: this.bucket,
        cacheControl: [CacheControl.fromString(cacheControl({ immutable }))],
        // A page that is open still loads files of the version before.
        prune: false,
        memoryLimit: 512,
        logGroup,
        role,
      })
    const assets = deployment('Assets', [this.folderOf(page, true)], true)
    const told = Source.jsonData('config.json', config)
    const start = deployment('Start', [this.folderOf(page, false), told], false)
    start.node.addDependency(assets)

    const reason = "It is the construct library's own, and runs only while the stack is deployed."
    const deployer = Stack.of(this).node.children.find(({ node }) =>
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

  private deploymentRole(logGroup: LogGroup): Role {
    const role = new Role(this, 'DeploymentRole', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    })
    role.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [logGroup.logGroupArn],
      }),
    )
    const { synthesizer, account, region, partition } = Stack.of(this)
    const named = (value: string, token: string) => (Token.isUnresolved(value) ? token : value)
    const assets = `cdk-${synthesizer.bootstrapQualifier}-assets-${named(account, '<AWS::AccountId>')}-${named(region, '<AWS::Region>')}`
    for (const finding of [
      'Action::s3:GetBucket*',
      'Action::s3:GetObject*',
      'Action::s3:List*',
      'Action::s3:Abort*',
      'Action::s3:DeleteObject*',
      `Resource::arn:${named(partition, '<AWS::Partition>')}:s3:::${assets}/*`,
      `Resource::<${logicalIdOf(this.bucket)}.Arn>/*`,
    ]) {
      Validations.of(role).acknowledge({
        id: `AwsSolutions-IAM5[${finding}]`,
        reason: "It copies the page's files from the bucket of assets to that of the page.",
      })
    }
    return role
  }

  private headersPolicy(
    id: string,
    headers: ReturnType<typeof pageHeaders>,
  ): ResponseHeadersPolicy {
    const {
      'content-security-policy': contentSecurityPolicy,
      'x-content-type-options': _,
      'x-frame-options': __,
      'referrer-policy': ___,
      ...others
    } = headers
    const override = true
    return new ResponseHeadersPolicy(this, id, {
      responseHeadersPolicyName: this.nameOf(id, HEADERS_POLICY_CHARACTERS_MAX),
      securityHeadersBehavior: {
        contentSecurityPolicy: { contentSecurityPolicy, override },
        contentTypeOptions: { override },
        frameOptions: { frameOption: HeadersFrameOption.DENY, override },
        referrerPolicy: { referrerPolicy: HeadersReferrerPolicy.NO_REFERRER, override },
        strictTransportSecurity: { accessControlMaxAge: TWO_YEARS, override },
      },
      customHeadersBehavior: {
        customHeaders: Object.entries(others).map(([header, value]) => ({
          header,
          value,
          override,
        })),
      },
    })
  }

  /**
   * A name for what CloudFront knows by its name in the whole account, so that a stage can stand in several regions. CDK
   * leaves the region out.
   */
  private nameOf(part: string, charactersMax: number): string {
    const others = part.length + REGION_CHARACTERS_MAX + '-'.length
    return `${Names.uniqueResourceName(this, { maxLength: charactersMax - others })}${part}-${Aws.REGION}`
  }

  /** The files that browsers may keep for ever, or the others, as a folder to upload. */
  private folderOf(page: Page, immutable: boolean): ISource {
    const { outdir } = Stage.of(this) ?? {}
    if (!outdir) throw new Error('the site construct is not part of a CDK app')
    // Beside the template, so that synth leaves no files elsewhere.
    const folder = join(outdir, `page-${this.node.addr}-${immutable ? 'assets' : 'start'}`)
    rmSync(folder, { recursive: true, force: true })
    for (const [path, file] of page) {
      if (file.immutable !== immutable) continue
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), file.body)
    }
    return Source.asset(folder)
  }
}
