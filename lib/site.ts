import { Aws, Duration, Names, Validations } from 'aws-cdk-lib'
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
import type { RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { IBucket } from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'
import { ORIGIN_HEADER } from '../functions/http/originHeader.ts'
import type { Api } from './api.ts'
import type { Firewall } from './firewall.ts'
import { APPROVE_PATH, approveHeaders, type Page, pageHeaders } from './page.ts'
import { uploadPage } from './pageUpload.ts'
import { privateBucket } from './privateBucket.ts'
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
  readonly logRetentionDays: RetentionDays
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

  /** Upload the page with its `config.json`. */
  publish(page: Page, config: object): void {
    const { logRetentionDays } = this.settings
    uploadPage(this, { page, config, bucket: this.bucket, logRetentionDays })
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
}
