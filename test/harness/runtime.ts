/**
 * Test support: Lambdas as Lambda runs them. Each is a process of its own, in which AWS's own runtime
 * client loads the bundle and asks a Runtime API, here one of ours on loopback, for work.
 */
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { Env } from '../../functions/adapters/settings.ts'
import { LOCAL_BUS, startLocalBus } from '../../local/auditTrail/localBus.ts'
import { createTables, startDatabase } from '../../local/database/database.ts'
import { emulatedProvider } from '../../local/phone/emulatedProvider.ts'
import { startPhone } from '../../local/phone/phone.ts'
import { inUserPool, startUserPool } from '../../local/signIn/userPool.ts'
import { type Request, type RouteName, SITE } from './event.ts'
import { startPushServer } from './pushServer.ts'

export { eventOf } from './event.ts'
export type { Request, RouteName }

const RUNTIME_CLIENT = createRequire(import.meta.url).resolve('aws-lambda-ric')
const RAPID_CLIENT = join(import.meta.dirname, 'rapidClient.cjs')
const TIMEOUT_MS = 10_000
const AUTHY_KEY = 'test-authy-key'

export type RunningLambda = {
  /** When its process was asked for, as `performance.now()` tells it. */
  readonly spawnedAt: number
  /** The processor's time of its main thread until now, or undefined where there is no `/proc`. */
  busyMs(): number | undefined
  /** One at a time, as Lambda does. Throws what the function threw, or why there is no answer. */
  invoke(event: unknown): Promise<unknown>
  /** What it wrote, line by line. */
  log(): string[]
  close(): Promise<void>
}

type Invocation = {
  readonly id: string
  readonly event: string
  readonly resolve: (result: unknown) => void
  readonly reject: (error: Error) => void
}

/**
 * Start a Lambda. If it can't start, its first invocation says why.
 *
 * @param taskRoot the folder that is deployed, with `index.cjs` in it
 * @param env what the stack sets; the rest is as Lambda sets it, and nothing is inherited
 */
export async function startLambda(
  name: string,
  taskRoot: string,
  env: Env = {},
): Promise<RunningLambda> {
  let current: Invocation | undefined
  /** The runtime client's question for work, held until there is some. */
  let idle: ServerResponse | undefined
  let ended: Error | undefined
  let written = ''

  const hand = () => {
    if (!current || !idle) return
    idle.writeHead(200, invocationHeaders(name, current.id)).end(current.event)
    idle = undefined
  }
  const end = (error: Error) => {
    ended ??= error
    current?.reject(ended)
    current = undefined
    child.kill('SIGKILL')
  }
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const path = request.url?.replace('/2018-06-01/runtime', '')
    if (path === '/invocation/next') {
      idle = response
      return hand()
    }
    const told = JSON.parse(await textOf(request))
    response.writeHead(202).end()
    if (path === '/init/error') return end(thrown(told))
    if (path === `/invocation/${current?.id}/response`) current?.resolve(told)
    if (path === `/invocation/${current?.id}/error`) current?.reject(thrown(told))
    current = undefined
  }
  const server = createServer((request, response) => {
    serve(request, response).catch(end)
  })
  const host = await listening(server)

  const spawnedAt = performance.now()
  const child = spawn(process.execPath, ['--require', RAPID_CLIENT, RUNTIME_CLIENT], {
    cwd: taskRoot,
    env: { ...lambdaEnvironment(name, taskRoot), AWS_LAMBDA_RUNTIME_API: host, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()))
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      written += text
    })
  }
  child.once('error', end)
  child.once('exit', (code, signal) => {
    end(new Error(`${name} ended (${signal ?? code}):\n${written}`))
  })

  return {
    spawnedAt,

    busyMs() {
      try {
        return Number(readFileSync(`/proc/${child.pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6
      } catch {
        return undefined
      }
    },

    async invoke(event) {
      if (ended) throw ended
      if (current) throw new Error(`${name} is at work`)
      const late = () => end(new Error(`${name} gave no answer within ${TIMEOUT_MS} ms`))
      const timer = setTimeout(late, TIMEOUT_MS)
      try {
        return await new Promise((resolve, reject) => {
          current = { id: randomUUID(), event: JSON.stringify(event), resolve, reject }
          hand()
        })
      } finally {
        clearTimeout(timer)
      }
    },

    log: () => written.split('\n').filter((line) => line !== ''),

    async close() {
      child.kill('SIGKILL')
      await closed
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/**
 * Start what Lambdas have around them: the embedded database and the pretend phone.
 *
 * @param onCallback is given what comes to the callback's address, and says the status of the answer
 */
export async function startAround(onCallback: (callback: Request) => Promise<number>) {
  const server = createServer(async (request, response) => {
    const headers = request.headers as Record<string, string>
    try {
      const status = await onCallback({ text: await textOf(request), headers })
      response.writeHead(status).end()
    } catch (error) {
      response.writeHead(502).end(String(error))
    }
  })
  const publicUrl = `http://${await listening(server)}/api`
  const [bus, database, userPool, phone] = await Promise.all([
    startLocalBus(() => {}),
    startDatabase(),
    startUserPool(),
    startPhone({
      port: 0,
      apiKey: AUTHY_KEY,
      callbackUrl: () => `${publicUrl}/payments/callback`,
      clock: () => new Date(),
    }),
  ])
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
  const pushServer = await startPushServer()
  const client = new DynamoDBClient({ endpoint: database.endpoint, region: 'local', credentials })
  await createTables(client)
  client.destroy()
  return {
    phone,
    pushServer,
    env: {
      PAYMENTS_TABLE: 'payments',
      PAYERS_TABLE: 'users',
      DYNAMODB_ENDPOINT: database.endpoint,
      // Where it listens; to look for `localhost` at both its addresses takes a first call some time.
      ...emulatedProvider(phone.url.replace('localhost', '127.0.0.1'), AUTHY_KEY),
      PUBLIC_URL: publicUrl,
      SITE_URL: SITE.origin,
      PUSH_SEED: 'a seed for tests of 32 characters or more',
      PUSH_STAND_IN: pushServer.url,
      EVENT_BUS: LOCAL_BUS,
      EVENTS_ENDPOINT: bus.url,
      ...inUserPool(userPool.pool),
    },
    async close() {
      await phone.close()
      pushServer.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await userPool.close()
      await bus.close()
      await database.close()
    },
  }
}

/** As Lambda sets it for Node 24. */
const lambdaEnvironment = (name: string, taskRoot: string) => ({
  _HANDLER: 'index.handler',
  // The embedded database knows by its key who asks.
  AWS_ACCESS_KEY_ID: name,
  AWS_SECRET_ACCESS_KEY: 'test-secret-key',
  AWS_SESSION_TOKEN: 'test-session-token',
  AWS_REGION: 'eu-west-1',
  AWS_DEFAULT_REGION: 'eu-west-1',
  AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
  AWS_LAMBDA_FUNCTION_NAME: name,
  AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512',
  AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
  AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
  AWS_LAMBDA_LOG_STREAM_NAME: 'test',
  LAMBDA_TASK_ROOT: taskRoot,
  LANG: 'en_US.UTF-8',
  TZ: ':UTC',
})

const invocationHeaders = (name: string, id: string) => ({
  'content-type': 'application/json',
  'lambda-runtime-aws-request-id': id,
  'lambda-runtime-deadline-ms': String(Date.now() + TIMEOUT_MS),
  'lambda-runtime-invoked-function-arn': `arn:aws:lambda:eu-west-1:000000000000:function:${name}`,
})

const thrown = ({ errorType, errorMessage }: { errorType: string; errorMessage: string }) =>
  Object.assign(new Error(errorMessage), { name: errorType })

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) text += chunk
  return text
}

/** `127.0.0.1:PORT`, once it is there. */
async function listening(server: ReturnType<typeof createServer>): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}
