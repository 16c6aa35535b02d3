import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { App, Stack } from 'aws-cdk-lib'
import { CfnFunction } from 'aws-cdk-lib/aws-lambda'
import { Bucket } from 'aws-cdk-lib/aws-s3'
import { beforeAll, expect, test, vi } from 'vitest'
import cdkJson from '../../cdk.json' with { type: 'json' }
import { addChecks } from '../../lib/checks.ts'
import { settingsOf, stackIn, withProvider } from './synthesized.ts'

beforeAll(() => {
  vi.stubEnv('CDK_VALIDATION', undefined)
  // Findings are printed where they are found; here they are read from the report.
  vi.spyOn(console, 'error').mockImplementation(() => {})
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true)
})

/** The app as `cdk` would run it, with the rules as errors. */
const checkedApp = () => {
  const app = new App({ analyticsReporting: false, context: cdkJson.context })
  addChecks(app)
  return app
}

test('no rule of cdk-nag or of CDK itself is broken, and stages stand side by side', () => {
  const app = checkedApp()
  stackIn(app)
  const elsewhere = {
    account: '123456789012',
    region: 'eu-west-1',
    sesIdentity: 'example.com',
    signUp: { policy: 'open' },
    phoneCountries: 'all',
    domain: {
      name: 'pay.example.com',
      certificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/1a2b',
    },
    webAclArn: 'arn:aws:wafv2:us-east-1:123456789012:global/webacl/pay/1a2b',
    alarmTopicArn: 'arn:aws:sns:eu-west-1:123456789012:alarms',
  }
  stackIn(app, { ...settingsOf(elsewhere), stage: 'live' }, 'Payfriend-live')
  const fleeting = settingsOf({ ...withProvider.twilioVerify, keepData: false })
  stackIn(app, { ...fleeting, stage: 'next' }, 'Payfriend-next')
  const { stacks } = app.synth()
  expect(stacks.map(({ stackName }) => stackName)).toEqual([
    'Payfriend-dev',
    'Payfriend-live',
    'Payfriend-next',
  ])
  const [dev, live] = stacks.map(({ template }) => JSON.stringify(template))
  expect(dev).toContain('payfriend-dev-')
  expect(dev).not.toContain('payfriend-live')
  expect(live).toContain('payfriend-live-')
  expect(live).not.toContain('payfriend-dev')
})

test('cdk-nag would refuse what breaks a rule of either pack', () => {
  const app = checkedApp()
  const stack = new Stack(app, 'Broken')
  new Bucket(stack, 'WithoutLogs')
  new CfnFunction(stack, 'WithoutQueue', validFunction)
  expect(() => app.synth()).toThrow('validation-report.json')
  const report = readFileSync(join(app.outdir, 'validation-report.json'), 'utf8')
  expect(report).toContain('AwsSolutions-S1')
  expect(report).toContain('Serverless-LambdaDLQ')
})

test('CDK itself would refuse what CloudFormation would', () => {
  const app = new App({ context: cdkJson.context })
  new CfnFunction(new Stack(app, 'Broken'), 'TooLong', { ...validFunction, timeout: 5000 })
  expect(() => app.synth()).toThrow('5000 exceeds maximum 900')
})

const validFunction = {
  code: { zipFile: 'exports.handler = async () => {}' },
  role: 'arn:aws:iam::123456789012:role/x',
  runtime: 'nodejs24.x',
  handler: 'index.handler',
}
