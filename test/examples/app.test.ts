import { App } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { expect, test } from 'vitest'
import { ShopStack } from '../../examples/app.ts'
import { EVENT_SOURCE } from '../../functions/adapters/aws/eventBus.ts'
import { paymentEventOf } from '../../functions/core/paymentTrail.ts'
import { emptyBundles, page, type Resource, text } from '../lib/synthesized.ts'
import { entries, records } from '../scripts/evidence/paymentTrails.ts'

const stack = new ShopStack(
  // What is in the Lambda's bundle is not looked at here.
  new App({ analyticsReporting: false, context: { 'aws:cdk:bundling-stacks': [] } }),
  'Shop',
  { lambdas: emptyBundles({ provider: 'authy' }), page },
)
const { Resources, Outputs } = Template.fromStack(stack).toJSON()

/** The one resource whose id begins so and that is of this type. */
function the(begin: string, type: string): [id: string, Resource] {
  const found = Object.entries<Resource>(Resources).filter(
    ([id, { Type }]) => id.startsWith(begin) && Type === type,
  )
  if (found.length !== 1 || !found[0]) throw new Error(`there is not just one ${begin}`)
  return found[0]
}
const [ruleId, rule] = the('Approved', 'AWS::Events::Rule')
const [lambdaId, lambda] = the('ExecutePayment', 'AWS::Lambda::Function')
const [queueId] = the('DeadLetters', 'AWS::SQS::Queue')
const [tableId] = the('Executions', 'AWS::DynamoDB::GlobalTable')
const [busId] = the('Bus', 'AWS::Events::EventBus')

/** As EventBridge matches an event, as far as the pattern here goes. */
const matches = (pattern: object, event: object): boolean =>
  Object.entries(pattern).every(([name, wanted]) => {
    const found = Reflect.get(event, name)
    return Array.isArray(wanted) ? wanted.includes(found) : matches(wanted, Object(found))
  })

/** The event of each status that a life of ours publishes. */
const published = Object.values(records)
  .flatMap(entries)
  .flatMap((one) => paymentEventOf(one) ?? [])

test('the rule takes every approval that Payfriend publishes, and nothing else', () => {
  const taken = published.filter(({ type, detail }) =>
    matches(rule.Properties.EventPattern, { source: EVENT_SOURCE, 'detail-type': type, detail }),
  )
  expect(taken.length).toBeGreaterThan(3)
  expect(taken).toEqual(published.filter(({ type }) => type === 'payment.approved'))
})

test('the rule takes no version that the Lambda does not know, nor another’s events', () => {
  const approved = published.find(({ type }) => type === 'payment.approved')
  const event = { source: EVENT_SOURCE, 'detail-type': approved?.type, detail: approved?.detail }
  const { EventPattern } = rule.Properties
  expect(matches(EventPattern, event)).toBe(true)
  expect(matches(EventPattern, { ...event, detail: { ...event.detail, version: 2 } })).toBe(false)
  expect(matches(EventPattern, { ...event, source: 'shop' })).toBe(false)
})

test('Payfriend publishes on the bus that the rule listens to', () => {
  expect(rule.Properties.EventBusName).toEqual({ Ref: busId })
  const [, publisher] = the('PayfriendAuditTrailPublishEventsFunction', 'AWS::Lambda::Function')
  expect(text(publisher.Properties.Environment.Variables.EVENT_BUS)).toBe(`<${busId}.Arn>`)
})

test('an event that cannot be brought, and one that fails, become dead letters', () => {
  const queue = `<${queueId}.Arn>`
  const [target] = rule.Properties.Targets
  expect(text(target.Arn)).toBe(`<${lambdaId}.Arn>`)
  expect(text(target.DeadLetterConfig.Arn)).toBe(queue)
  expect(text(lambda.Properties.DeadLetterConfig.TargetArn)).toBe(queue)
  expect(target.RetryPolicy).toEqual({
    MaximumEventAgeInSeconds: 86_400,
    MaximumRetryAttempts: 185,
  })
  expect(ruleId).toBeTruthy()
})

test('the Lambda may put and update in its table and send dead letters, and nothing else', () => {
  const [, policy] = the('ExecutePaymentServiceRoleDefaultPolicy', 'AWS::IAM::Policy')
  const rights = policy.Properties.PolicyDocument.Statement.map(
    ({ Action, Resource, Effect }: { Action: unknown; Resource: unknown; Effect: string }) => [
      Effect,
      [Action].flat(),
      text(Resource),
    ],
  )
  expect(rights).toHaveLength(2)
  expect(rights).toContainEqual([
    'Allow',
    ['dynamodb:PutItem', 'dynamodb:UpdateItem'],
    `<${tableId}.Arn>`,
  ])
  expect(rights).toContainEqual(['Allow', ['sqs:SendMessage'], `<${queueId}.Arn>`])
})

test('what was begun outlives the stack', () => {
  expect(the('Executions', 'AWS::DynamoDB::GlobalTable')[1].DeletionPolicy).toBe('Retain')
})

test('its outputs are the ones by which a record is found', () => {
  expect(Object.keys(Outputs)).toEqual(
    expect.arrayContaining(['ArchiveBucket', 'PaymentsTableName', 'EventBusName']),
  )
})
