import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { App } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { readSettings } from '../../bin/settings.ts'
import {
  type Carriers,
  consumers,
  lambdasOf,
  type Provider,
  triggers,
} from '../../functions/routes.ts'
import type { Page } from '../../lib/page.ts'
import { PayfriendStack } from '../../lib/payfriendStack.ts'
import type { StageSettings } from '../../lib/stageSettings.ts'

// What CDK itself thinks of a template takes longer than all else here, and `checks.test.ts` asks it.
process.env.CDK_VALIDATION = 'false'

/** What a stage says to have each provider. */
export const withProvider = {
  authy: {},
  twilioVerify: {
    provider: 'twilioVerify',
    twilioVerify: {
      paymentsServiceSid: `VA${'1'.repeat(32)}`,
      phonesServiceSid: `VA${'2'.repeat(32)}`,
    },
  },
  none: { provider: 'none' },
} satisfies Record<Provider, object>

/** What a stage says to have these providers. */
export const withProviders = ({ provider, formerProvider }: Carriers): object => ({
  ...(formerProvider && withProvider[formerProvider]),
  provider,
  ...withProvider[provider],
  ...(formerProvider && { formerProvider }),
})

/** The name of every Lambda that there is with these providers. */
export const namesOf = (carriers: Carriers): string[] => [
  ...lambdasOf(carriers),
  ...triggers,
  ...consumers,
]

/** As bundling leaves it, with nothing in it: what is in a bundle is tested elsewhere. */
export function emptyBundles(carriers: Carriers): string {
  const key = `${carriers.provider} ${carriers.formerProvider}`
  const known = emptied.get(key)
  if (known) return known
  const folder = mkdtempSync(join(tmpdir(), 'payfriend-test-'))
  for (const name of namesOf(carriers)) {
    mkdirSync(join(folder, name))
    writeFileSync(join(folder, name, 'index.cjs'), `// ${name}`)
  }
  emptied.set(key, folder)
  return folder
}
const emptied = new Map<string, string>()

/** An app of whose assets nobody reads a copy, so that none is made: that takes a quarter of a synthesis. */
export const appWithoutCopies = () =>
  new App({ analyticsReporting: false, context: { 'aws:cdk:disable-asset-staging': true } })

export const page: Page = new Map([
  ['/index.html', { body: Buffer.from('<!doctype html>'), type: 'text/html', immutable: false }],
  ['/assets/x-1.js', { body: Buffer.from('1'), type: 'text/javascript', immutable: true }],
])

/** The lock of a stage's archive where a test says no other. */
const LOCK = { mode: 'governance', years: 5 } as const

/** The settings of a stage that keeps its data and says this. */
export function settingsOf(given: object = {}): StageSettings {
  const all = { keepData: true, ...given }
  const archiveLock = all.keepData && { archiveLock: LOCK }
  const [settings] = readSettings(JSON.stringify({ dev: { ...archiveLock, ...all } }))
  if (!settings) throw new Error('no stage')
  return settings
}

export function stackIn(app: App, settings = settingsOf(), id = 'Payfriend-dev'): PayfriendStack {
  const { account, region } = settings
  return new PayfriendStack(app, id, {
    env: { ...(account && { account }), ...(region && { region }) },
    settings,
    lambdas: emptyBundles(settings),
    page,
  })
}

// biome-ignore lint/suspicious/noExplicitAny: a template is whatever CloudFormation takes
export type Resource = { readonly Type: string; readonly [key: string]: any }

/** A stage's template, and a way to look at its resources. The same for the same settings, so nobody can change it. */
export function synthesize(given: object = {}): Synthesized {
  const key = JSON.stringify(given)
  const known = made.get(key) ?? synthesizeAnew(given)
  made.set(key, known)
  return known
}

type Synthesized = ReturnType<typeof synthesizeAnew>
const made = new Map<string, Synthesized>()

function synthesizeAnew(given: object) {
  const stack = stackIn(appWithoutCopies(), settingsOf(given))
  const template = Template.fromStack(stack)
  const json = frozen(template.toJSON())
  const all = Object.entries<Resource>(json.Resources)
  return {
    json,
    template,
    all,
    ofType: (type: string) => all.filter(([, { Type }]) => Type === type),
    /** The one resource of its type. */
    the(type: string): Resource {
      const [[, found] = [], ...others] = all.filter(([, { Type }]) => Type === type)
      if (!found || others.length > 0) throw new Error(`there is not just one ${type}`)
      return found
    },
    /** A Lambda's function by its name. */
    lambda(name: string): Resource {
      const made = `${name.charAt(0).toUpperCase()}${name.slice(1)}Function`
      const found = all.filter(
        ([id, { Type }]) =>
          Type.endsWith('::Function') && id.replace(/^(Lambdas|AuditTrail)/, '').startsWith(made),
      )
      if (found.length !== 1 || !found[0]) throw new Error(`there is not just one ${name}`)
      return found[0][1]
    },
  }
}

/** To its last level. */
function frozen<T>(value: T): T {
  for (const inner of Object.values(value ?? {})) if (typeof inner === 'object') frozen(inner)
  return Object.freeze(value)
}

/** A value of a template as text, with `<Name>` for what is known only when it is deployed. */
export function text(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value)
  const [[key, inner] = ['', null]] = Object.entries(value)
  if (key === 'Ref') return `<${inner}>`
  if (key === 'Fn::GetAtt') return `<${(inner as string[]).join('.')}>`
  if (key === 'Fn::Join') return (inner as [string, unknown[]])[1].map(text).join(inner[0])
  throw new Error(`no text: ${JSON.stringify(value)}`)
}
