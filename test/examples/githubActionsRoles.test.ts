/** Whom the README of `examples/github-actions/` lets into an AWS account, and what for. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { buildSync } from 'esbuild'
import { expect, test } from 'vitest'
import {
  appWithoutCopies,
  settingsOf,
  stackIn,
  synthesize,
  withProvider,
} from '../lib/synthesized.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const FOLDER = `${ROOT}/examples/github-actions`
const workflow = readFileSync(`${FOLDER}/deploy.yml`, 'utf8')
const readme = readFileSync(`${FOLDER}/README.md`, 'utf8')
const policies = [...readme.matchAll(/```json\n([\s\S]*?)```/g)].map(([, json = '']) =>
  JSON.parse(json),
)
const [trust, , looking] = policies.map(({ Statement }) => Statement[0])
const deploying: { Action: string | string[]; Resource: string | string[] }[] =
  policies[1]?.Statement ?? []
const GITHUB = 'token.actions.githubusercontent.com'

test('the README names the variables of the workflow', () => {
  const variables = workflow.match(/vars\.\w+/g) ?? []
  expect(variables.length).toBeGreaterThan(0)
  for (const name of variables) expect(readme).toContain(`\`${name.replace('vars.', '')}\``)
})

test('nobody is let in to deploy but this workflow, on main of this repository, in its environment', () => {
  const [, environment] = /^ {4}environment: (\w+)$/m.exec(workflow) ?? []
  expect(policies).toHaveLength(3)
  expect(Object.keys(trust.Condition)).toEqual(['StringEquals'])
  expect(trust.Condition.StringEquals).toEqual({
    [`${GITHUB}:aud`]: 'sts.amazonaws.com',
    [`${GITHUB}:sub`]: [
      `repo:OWNER/REPOSITORY:environment:${environment}`,
      `repo:OWNER@OWNER_ID/REPOSITORY@REPOSITORY_ID:environment:${environment}`,
    ],
    [`${GITHUB}:repository_id`]: 'REPOSITORY_ID',
    [`${GITHUB}:ref`]: 'refs/heads/main',
    [`${GITHUB}:job_workflow_ref`]: 'OWNER/REPOSITORY/.github/workflows/deploy.yml@refs/heads/main',
  })
})

test('the role that compares sees what a stack is made of, and may take no other role', () => {
  expect(policies[2].Statement).toHaveLength(1)
  expect(looking.Action).toEqual(['cloudformation:DescribeStacks', 'cloudformation:GetTemplate'])
  expect(looking.Resource).toMatch(/^arn:aws:cloudformation:[\w-]+:\d{12}:stack\/Payfriend-\*\/\*$/)
  expect(readme).not.toMatch(/lookup-role/)
  for (const form of ['pull_request', 'ref:refs/heads/main']) {
    expect(readme).toContain(`\`repo:OWNER/REPOSITORY:${form}\``)
    expect(readme).toContain(`\`repo:OWNER@OWNER_ID/REPOSITORY@REPOSITORY_ID:${form}\``)
  }
})

test('the role that deploys takes the roles that the manifest names, and no others', () => {
  const app = appWithoutCopies()
  const settings = settingsOf({ account: '123456789012', region: 'eu-west-1' })
  stackIn(app, settings, 'Payfriend-prod')
  const { directory } = app.synth()
  const made = ['manifest', 'Payfriend-prod.assets']
    .map((name) => readFileSync(`${directory}/${name}.json`, 'utf8'))
    .join()
  // That to look with is taken by `cdk diff` alone; and CloudFormation takes its own, which is passed to it.
  const [, ...lookup] = /"lookupRole": \{\s*"arn": "([^"]+)"/.exec(made) ?? []
  const named = [...made.matchAll(/"assumeRoleArn": "([^"]+)"/g)].map(([, arn = '']) => arn)
  const taken = [...new Set(named)].filter((arn) => !lookup.includes(arn)).sort()
  expect(taken).toHaveLength(2)
  const [assume] = deploying.filter(({ Action }) => Action === 'sts:AssumeRole')
  expect(assume?.Resource).toEqual(taken.map((arn) => arn.replace(/\$\{AWS::Partition\}/, 'aws')))
})

test('no right of a role is on everything, nor on every role', () => {
  // AWS knows no resource of this one, which only reads figures.
  const figures = { Action: 'cloudwatch:GetMetricStatistics', Resource: '*' }
  const resources = policies.flatMap(({ Statement }) =>
    Statement.flatMap(
      ({ Action, Resource = [] }: { Action?: unknown; Resource?: string | string[] }) =>
        Action === figures.Action && Resource === figures.Resource ? [] : Resource,
    ),
  )
  expect(resources.length).toBeGreaterThan(4)
  for (const one of resources) {
    expect(one).toMatch(/^arn:aws:.*[:/](Payfriend|payfriend-prod|cdk-hnb659fds)-/)
    expect(one).not.toMatch(/^arn:aws:iam:.*\*/)
  }
})

test('a code owner has all code that runs with the role that deploys', () => {
  const { metafile } = buildSync({
    entryPoints: ['bin/payfriend.ts', 'scripts/preflight.ts', 'scripts/doctor.ts'],
    absWorkingDir: ROOT,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    outdir: 'cdk.out',
    write: false,
    metafile: true,
  })
  const owned = [...readme.matchAll(/^ {3}\/(\S+?)\/? +@OWNER\/deployers$/gm)].map(([, one]) => one)
  const folders = Object.keys(metafile.inputs).map((file) => file.split('/')[0])
  const files = ['.github', 'payfriend.json', 'cdk.json', 'package.json', 'package-lock.json']
  expect(owned.toSorted()).toEqual([...new Set([...folders, ...files])].sort())
})

test('the services for the policy of a bootstrap are those of every template, and IAM', () => {
  const [, listed = ''] = /# deployment\.json: (.*)/.exec(readme) ?? []
  const stages = [...Object.values(withProvider), { region: 'us-east-1', requestsPerAddress: 2000 }]
  const types = stages.flatMap((stage) => synthesize(stage).all.map(([, { Type }]) => Type))
  const services = types
    .filter((type) => type.startsWith('AWS::'))
    .map((type) => type.split('::')[1]?.toLowerCase() ?? '')
    .map((name) => IAMS[name] ?? name)
  expect(listed.split(' ')).toEqual([...new Set(services)].sort())
})

/** IAM's name of a service where CloudFormation has another. */
const IAMS: Readonly<Record<string, string>> = {
  apigatewayv2: 'apigateway',
  cognito: 'cognito-idp',
}
