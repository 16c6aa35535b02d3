/** What Lambdas that start cold have around them, and warm ones that prepare what their requests need. */
import { join } from 'node:path'
import { SITE } from '../test/harness/event.ts'
import {
  eventOf,
  type Request,
  type RouteName,
  type RunningLambda,
  startAround,
  startLambda,
} from '../test/harness/runtime.ts'
import { SDK, SDK_CUT } from './coldBundles.ts'

export type ColdWorld = Awaited<ReturnType<typeof startColdWorld>>

/**
 * Start database, provider and the rest for the Lambdas of this folder.
 *
 * @param folder as `writeBundles` left it
 */
export async function startColdWorld(folder: string) {
  let callback: Request | undefined
  const around = await startAround(async (given) => {
    callback = given
    return 200
  })
  const warm = new Map<RouteName, RunningLambda>()

  /** Start a Lambda, from the folder of one of its variants. */
  const start = (name: string, variant = name) =>
    startLambda(name, join(folder, variant), {
      ...around.env,
      SIGN_UP: 'open',
      SITE_URL: SITE.origin,
      FIRST_DEVICE: 'sign-in',
      OPEN_PAYMENTS: '1000',
      PAYMENTS_PER_HOUR: '1000',
      TEXTS_PER_HOUR: '1000',
      TEXTS_PER_DAY: '1000',
      PROVING_TEXTS_PER_HOUR: '1000',
      PROVING_TEXTS_PER_DAY: '1000',
      TEXTS_PER_DAY_FOR_STAGE: '10000',
      // The SDK alone is no Lambda with rights of its own, so it uses the owner's key.
      ...((name === SDK || name === SDK_CUT) && { AWS_ACCESS_KEY_ID: 'local' }),
    })

  return {
    start,
    phone: around.phone,
    clock: { now: () => new Date() },

    /** Call a Lambda that is warm, as a preparation. */
    async call(name: RouteName, request: Request) {
      const lambda = warm.get(name) ?? (await start(name))
      warm.set(name, lambda)
      const { statusCode, body } = (await lambda.invoke(eventOf(name, request))) as {
        statusCode: number
        body: string
      }
      return { status: statusCode, body: JSON.parse(body), headers: {} }
    },

    /** The code of the newest text to a number; empty if there is none. */
    codeOn: (number: string): string => around.phone.book.messages(number)[0]?.code ?? '',

    /** The newest callback of the provider. */
    callback: () => callback,

    async close() {
      for (const lambda of warm.values()) await lambda.close()
      await around.close()
    },
  }
}
