import { Aws, Stack, Validations } from 'aws-cdk-lib'
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway'
import {
  type CfnStage,
  HttpApi,
  HttpMethod,
  HttpNoneAuthorizer,
  HttpRoute,
  HttpRouteKey,
  HttpStage,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2'
import { HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers'
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations'
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import type { Lambdas } from './lambdas.ts'
import type { SignIn } from './signIn.ts'
import type { Throttling } from './throttling.ts'

const STAGE = 'api'

/** Why a route has no authorizer. */
const NO_TOKEN = {
  public:
    "The provider has no access token; the Lambda checks the callback's signature before all else.",
  device: "A device has no access token; the Lambda checks its key's proof before all else.",
} as const

/** The HTTP API. It is created before the Lambdas of its routes, because they need its address. */
export class Api extends Construct {
  /** Without scheme and path. */
  readonly host: string
  /** `https://…/api`: the address for which callbacks are signed. */
  readonly url: string
  private readonly api: HttpApi

  constructor(scope: Construct, id: string, { stage }: { readonly stage: string }) {
    super(scope, id)
    this.api = new HttpApi(this, 'Api', {
      apiName: `payfriend-${stage}`,
      description: `Payfriend: ${Stack.of(this).stackName}`,
      createDefaultStage: false,
    })
    this.host = `${this.api.apiId}.execute-api.${Aws.REGION}.${Aws.URL_SUFFIX}`
    this.url = `https://${this.host}/${STAGE}`
  }

  /**
   * Connect every route to its Lambda. A route requires an access token unless the route table says `device` or `public`.
   *
   * @returns the access log, which has a line for each request, even if it reached no Lambda
   */
  serve(props: {
    readonly lambdas: Lambdas
    readonly signIn: SignIn
    readonly throttling: Throttling
    readonly logRetentionDays: RetentionDays
  }): LogGroup {
    const { lambdas, signIn, throttling, logRetentionDays } = props
    const authorizer = new HttpJwtAuthorizer('Authorizer', signIn.issuer, {
      jwtAudience: [signIn.clientId],
    })
    const accessLog = new LogGroup(this, 'AccessLog', {
      // API Gateway writes every group that it logs to into one policy of the region, which is soon full; groups below
      // this prefix share one line of it. With the API's id no group that was kept is in the way of a new one.
      logGroupName: `/aws/vendedlogs/apis/${this.api.apiId}`,
      retention: logRetentionDays,
    })
    const stage = this.stage(accessLog)
    // CloudFormation takes an untyped object here, so the names are written in its spelling.
    const settings: Record<string, { ThrottlingRateLimit: number; ThrottlingBurstLimit: number }> =
      {}

    for (const { name, method, path, open, lambda } of lambdas.routed) {
      const route = new HttpRoute(this, `${method} ${path}`.replaceAll('/', ' '), {
        httpApi: this.api,
        routeKey: HttpRouteKey.with(path, HttpMethod[method]),
        integration: new HttpLambdaIntegration(name, lambda.function),
        ...(open === 'payers'
          ? { authorizer, authorizationScopes: [signIn.scope] }
          : { authorizer: new HttpNoneAuthorizer() }),
      })
      if (open !== 'payers') {
        Validations.of(route).acknowledge({ id: 'AwsSolutions-APIG4', reason: NO_TOKEN[open] })
      }
      const { ratePerSecond, burst } = throttling[name]
      settings[`${method} ${path}`] = {
        ThrottlingRateLimit: ratePerSecond,
        ThrottlingBurstLimit: burst,
      }
      // The stage cannot be created with settings of a route that does not exist yet.
      stage.node.addDependency(route)
    }
    const resource = stage.node.defaultChild as CfnStage
    resource.routeSettings = settings
    return accessLog
  }

  private stage(accessLog: LogGroup): HttpStage {
    return new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: STAGE,
      autoDeploy: true,
      // For requests without a route: they get a 404.
      throttle: { rateLimit: 10, burstLimit: 20 },
      accessLogSettings: {
        destination: new LogGroupLogDestination(accessLog),
        // Without path (it names payments), query and headers. The errors are API Gateway's own words: why it refused a
        // token, or reached no Lambda.
        format: AccessLogFormat.custom(
          JSON.stringify({
            requestId: '$context.requestId',
            at: '$context.requestTime',
            ip: '$context.identity.sourceIp',
            routeKey: '$context.routeKey',
            status: '$context.status',
            responseBytes: '$context.responseLength',
            latencyMs: '$context.responseLatency',
            lambdaMs: '$context.integrationLatency',
            lambdaStatus: '$context.integrationStatus',
            answerStatus: '$context.integration.status',
            authorizerError: '$context.authorizer.error',
            error: '$context.error.message',
            lambdaError: '$context.integrationErrorMessage',
          }),
        ),
      },
    })
  }
}
