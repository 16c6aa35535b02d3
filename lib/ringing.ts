import { Duration, Validations } from 'aws-cdk-lib'
import { type IEventBus, Rule } from 'aws-cdk-lib/aws-events'
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { Construct } from 'constructs'
import { ringing } from '../functions/routes.ts'
import type { Lambda } from './lambda.ts'

/** A payment is over by then; a recovery is told a second time hours later, and each page lists it. */
const TRIED_FOR = Duration.hours(1)
const RETRIES_MAX = 2

const TEST_SOURCE = 'payfriend.rings' satisfies keyof typeof ringing

export type RingingProps = {
  readonly eventBus: IEventBus
  /** Rings devices. */
  readonly ringDevices: Lambda
  /** Asks on the bus for a test ring. */
  readonly devicePush: Lambda
}

/** The rule on the bus by which payments that wait, and changes of accounts, ring the payer's devices. */
export class Ringing extends Construct {
  constructor(scope: Construct, id: string, { eventBus, ringDevices, devicePush }: RingingProps) {
    super(scope, id)
    devicePush.function.addEnvironment('EVENT_BUS', eventBus.eventBusArn)
    devicePush.role.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['events:PutEvents'],
        resources: [eventBus.eventBusArn],
        // Your software pays on what this bus says, and this Lambda answers who has only a device.
        conditions: {
          StringEquals: { 'events:source': TEST_SOURCE, 'events:detail-type': 'device.test' },
        },
      }),
    )
    const tries = { retryAttempts: RETRIES_MAX, maxEventAge: TRIED_FOR }
    ringDevices.function.configureAsyncInvoke(tries)
    const rule = new Rule(this, 'Rule', {
      description: 'Rings the devices of payers for what waits, and for changes of their accounts',
      eventBus,
      eventPattern: {
        source: Object.keys(ringing),
        detailType: Object.values(ringing).flat(),
        detail: { version: [1] },
      },
      targets: [new LambdaFunction(ringDevices.function, tries)],
    })
    const reason =
      'A ring has no authority, and a late one is worthless: the page lists what waits, and an alarm counts failures.'
    for (const id of ['Serverless-LambdaDLQ', 'Serverless-LambdaAsyncFailureDestination']) {
      Validations.of(ringDevices).acknowledge({ id, reason })
    }
    Validations.of(rule).acknowledge({ id: 'Serverless-EventBusDLQ', reason })
  }
}
