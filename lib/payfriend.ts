import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import { Api } from './api.ts'
import { type LambdaSettings, Lambdas } from './lambdas.ts'
import type { Page } from './page.ts'
import { ProviderSecret } from './providerSecret.ts'
import { SignIn, type SignInSettings, signInOrigins } from './signIn.ts'
import { Site } from './site.ts'
import { Tables } from './tables.ts'
import type { Throttling } from './throttling.ts'

export type PayfriendProps = StackProps & {
  readonly settings: LambdaSettings & SignInSettings & { readonly throttling: Throttling }
  /** Holds `<name>/index.mjs` for every Lambda that there is with the stage's provider. */
  readonly lambdas: string
  readonly page: Page
}

/** One stage of Payfriend: everything of it, in one stack. */
export class Payfriend extends Stack {
  constructor(scope: Construct, id: string, props: PayfriendProps) {
    super(scope, id, props)
    const { settings } = props
    const { provider, logRetention, throttling, currencies } = settings

    const tables = new Tables(this, 'Tables')
    const secret = new ProviderSecret(this, provider)
    const api = new Api(this, 'Api')
    const site = new Site(this, 'Site', { api, connect: signInOrigins(settings), logRetention })
    const lambdas = new Lambdas(this, 'Lambdas', {
      settings,
      folder: props.lambdas,
      tables,
      secret,
      apiUrl: api.url,
      siteUrl: site.url,
    })
    const signIn = new SignIn(this, 'SignIn', { settings, siteUrl: site.url, lambdas })
    api.serve({ lambdas, signIn, throttling, logRetention })
    site.publish(props.page, { ...signIn.config, currencies })

    const output = (name: string, description: string, value: string) =>
      new CfnOutput(this, name, { description, value })
    output('SiteUrl', 'The page', site.url)
    output('ApiUrl', 'The API; the page calls it at /api of its own address', api.url)
    if (provider === 'authy') {
      output(
        'AuthyCallbackUrl',
        'Paste this into the console of Authy as the callback URL (POST)',
        `${api.url}/payments/callback`,
      )
    }
    output(
      'InvitePerson',
      'Run this for each person, with their address: only a verified one can pay',
      `aws cognito-idp admin-create-user --region ${this.region} --user-pool-id ${signIn.poolId}` +
        ' --username you@example.com --user-attributes Name=email,Value=you@example.com' +
        ' Name=email_verified,Value=true',
    )
    output(
      secret.output,
      `Run this once with ${secret.holds}`,
      `aws secretsmanager put-secret-value --region ${this.region} --secret-id ${secret.arn}` +
        ` --secret-string '${secret.shape}'`,
    )
  }
}
