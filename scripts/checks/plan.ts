/** A stage as it would be deployed: its settings, its template, where it would go, and what stands there by now. */
import { readFileSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'
import type { StackResourceSummary } from '@aws-sdk/client-cloudformation'
import { App } from 'aws-cdk-lib'
import * as z from 'zod'
import { bundleLambdas } from '../../lib/bundle.ts'
import { bundlePage } from '../../lib/page.ts'
import { PayfriendStack } from '../../lib/payfriendStack.ts'
import type { StageSettings } from '../../lib/stageSettings.ts'

export type Plan = {
  readonly settings: StageSettings
  readonly template: Template
  readonly stack: string
  readonly account: string
  readonly region: string
  /** The stack of this name, if there is one; asked once, however many checks need it. */
  readonly standing: () => Promise<Standing | undefined>
  /** A command to copy, for the same region and profile. */
  readonly aws: (command: string) => string
}

export type Standing = {
  readonly status: string
  readonly resources: readonly StackResourceSummary[]
}

export type Template = z.infer<typeof templateShape>

/** As much of a template as the checks read. */
export const templateShape = z.object({
  Resources: z.record(
    z.string(),
    z.object({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).default({}) }),
  ),
})

/** What `npm run deploy` would send, made without CDK's own checks, which `npm run synth` makes. */
export function plannedTemplate(settings: StageSettings): Template {
  const { context } = JSON.parse(
    readFileSync(resolve(import.meta.dirname, '../../cdk.json'), 'utf8'),
  )
  const app = new App({
    analyticsReporting: false,
    context: {
      ...context,
      '@aws-cdk/core:validateAgainstDefaultRules': false,
      // CDK would print its warnings, and the path of a report that is deleted below, before the first line of ours.
      '@aws-cdk/core:annotationsInValidationReport': false,
      'aws:cdk:disable-asset-staging': true,
    },
  })
  const { stage, account, region } = settings
  const stack = new PayfriendStack(app, `Payfriend-${stage}`, {
    env: { ...(account && { account }), ...(region && { region }) },
    settings,
    lambdas: bundleLambdas(settings),
    page: bundlePage(settings.brand),
  })
  try {
    return templateShape.parse(app.synth().getStackByName(stack.stackName).template)
  } finally {
    rmSync(app.outdir, { recursive: true })
  }
}

/** The account that an ARN is of, if it is another than that of the deployment. */
export function otherAccount(arn: string, { settings, account }: Plan): string | undefined {
  const other = arn.split(':')[4]
  return other === (settings.account ?? account) ? undefined : other
}

/** The resources of these types, with their logical ids. */
export const ofType = ({ Resources }: Template, type: string) =>
  Object.entries(Resources).filter(([, { Type }]) => Type === type)

/** A text of the template, in which only account and region are left open. @throws Error if more is */
export function textOf(value: unknown, { account, region }: Pick<Plan, 'account' | 'region'>) {
  const known = new Map([
    ['AWS::AccountId', account],
    ['AWS::Region', region],
  ])
  const part = (one: z.infer<typeof text>): string => {
    if (typeof one === 'string') return one
    if ('Fn::Join' in one) return one['Fn::Join'][1].map(part).join(one['Fn::Join'][0])
    const found = known.get(one.Ref)
    if (found === undefined) throw new Error(`a name with ${one.Ref} in it`)
    return found
  }
  return part(text.parse(value))
}

type Text = string | { Ref: string } | { 'Fn::Join': [string, Text[]] }
const text: z.ZodType<Text> = z.union([
  z.string(),
  z.strictObject({ Ref: z.string() }),
  z.strictObject({ 'Fn::Join': z.tuple([z.string(), z.array(z.lazy(() => text))]) }),
])
