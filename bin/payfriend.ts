/** The CDK app: one stack for each stage that the settings name. */
import { App } from 'aws-cdk-lib'
import { bundleLambdas } from '../lib/bundle.ts'
import { addChecks } from '../lib/checks.ts'
import { bundlePage, type Page } from '../lib/page.ts'
import { PayfriendStack } from '../lib/payfriendStack.ts'
import { SettingsError } from '../lib/stageSettings.ts'
import { readSettings, writtenSettings } from './settings.ts'

// No analytics: the template must not report the versions it was made with to AWS.
const app = new App({ analyticsReporting: false })
addChecks(app)
try {
  const { CDK_DEFAULT_REGION } = process.env
  const stages = readSettings(
    writtenSettings(),
    app.node.tryGetContext('stage'),
    CDK_DEFAULT_REGION,
  )
  /** The folder of bundled Lambdas, by providers and code cache, so that stages share it. */
  const lambdas = new Map<string, string>()
  /** The files of the page, by brand, so that stages share them. */
  const pages = new Map<string, Page>()
  for (const settings of stages) {
    const { stage, account, region, provider, formerProvider, codeCache } = settings
    const kind = `${provider} ${formerProvider} ${codeCache}`
    const folder = lambdas.get(kind) ?? bundleLambdas(settings)
    lambdas.set(kind, folder)
    const brand = JSON.stringify(settings.brand)
    const page = pages.get(brand) ?? bundlePage(settings.brand)
    pages.set(brand, page)
    new PayfriendStack(app, `Payfriend-${stage}`, {
      description: `Payfriend, stage ${stage}`,
      env: { ...(account && { account }), ...(region && { region }) },
      tags: { app: 'payfriend', stage },
      settings,
      lambdas: folder,
      page,
    })
  }
} catch (error) {
  if (!(error instanceof SettingsError)) throw error
  console.error(error.message)
  process.exit(1)
}
