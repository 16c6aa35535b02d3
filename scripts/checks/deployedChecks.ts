/** What of deploying.md's list a command can look at without changing anything, by the row's first cell. */
import { concurrency } from './accountChecks.ts'
import { type Check, type Look, lookWithin, right, unclear, wrong } from './check.ts'
import { alarms, mails, type Parts, streams, sweeps, tables } from './partChecks.ts'
import { parsed, webAnswer } from './webAnswer.ts'

export type World = Parts & {
  /** The doctor's own checks of this stage. */
  readonly doctor: readonly Check[]
}

const DEPLOY = 'npm run deploy'

/** One of the doctor's checks. */
const doctors =
  (title: string) =>
  ({ doctor }: World): Look =>
    doctor.find((check) => check.title === title) ?? {
      look: async () => unclear('the doctor does not look at it here', 'npm run doctor'),
    }

/** A request without a token to the page's address. */
const asked =
  (path: string, judge: (answer: Awaited<ReturnType<typeof webAnswer>>) => boolean, good: string) =>
  ({ stage }: World): Look => ({
    async look(signal) {
      const answer = await webAnswer(`${stage.output('SiteUrl')}${path}`, signal)
      return judge(answer)
        ? right(good)
        : wrong(`it answers ${answer.status}, or otherwise`, DEPLOY)
    },
  })

const CLOCK_SECONDS_MAX = 60
const nothing = (text: string) => JSON.stringify(parsed(text)) === '{"message":"Not Found"}'

/** By the row's first cell, without its mark; rows that need a person's token are in `personChecks.ts`. */
export const LOOKED_AT: Readonly<Record<string, (world: World) => Look>> = {
  '`npm run doctor` understands the real answers of AWS and Twilio': understood,
  'the page is served, with its headers': doctors('page'),
  "the phone's page is served, with its own policy": doctors("phone's page"),
  'files named by their content are cached': cached,
  'a missing file is not found': asked(
    '/nothing',
    ({ status }) => status === 404,
    'it answers 404',
  ),
  "the API is behind the page's address": doctors('API'),
  '… and its own 404 comes through': asked(
    '/api/nothing',
    ({ status, text }) => status === 404 && nothing(text),
    'it answers 404 in its own words',
  ),
  'no answer of the API is cached': doctors('API'),
  'plain HTTP is not served': plain,
  "the server's clock reaches the page": asked(
    '/api/profile',
    ({ headers }) =>
      Math.abs(Date.parse(headers.get('date') ?? '') - Date.now()) < CLOCK_SECONDS_MAX * 1000,
    'it names the time now',
  ),
  'Authy: the callback refuses what is not signed': doctors('callback'),
  'sign-in shows a page': doctors('sign-in'),
  'the sweep runs': sweeps,
  'Verify: there is no callback': doctors('callback'),
  'the account may run enough Lambdas at one time': ({ stage, clients }) =>
    concurrency(stage, clients.lambda),
  'mails go to all addresses (setting `sesIdentity`; without it Cognito sends 50 a day)': mails,
  'the archive and the bus get the streams': streams,
  'tables are protected': tables,
  'alarms are quiet before the first metric': alarms,
  '… and cannot be walked around': ({ stage, doctor }) =>
    doctor.find(({ title }) => title === 'firewall') ?? {
      look: async () => right(`${stage.stack} has no firewall`),
    },
}

/** Less than a check's own limit, so that the line can name which of the doctor's had no answer. */
const DOCTOR_LIMIT_MS = 8_000

function understood({ doctor }: World): Look {
  return {
    async look() {
      const findings = await Promise.all(
        doctor.map(async (check) => ({
          title: check.title,
          mark: (await lookWithin(DOCTOR_LIMIT_MS, check)).mark,
        })),
      )
      const of = (mark: string) => findings.filter((one) => one.mark === mark)
      const [bad, open] = [of('✗'), of('?')].map((all) => all.map(({ title }) => title).join(', '))
      if (bad) return wrong(`it says no to ${bad}`, 'npm run doctor')
      if (open) return unclear(`it could not see ${open}`, 'npm run doctor')
      return right(`all ${findings.length} lines of it`)
    },
  }
}

function cached({ stage }: World): Look {
  return {
    async look(signal) {
      const site = stage.output('SiteUrl')
      const page = await webAnswer(`${site}/`, signal)
      const file = /\/assets\/start-[^"]*/.exec(page.text)?.[0]
      if (!file) return wrong('the page names no /assets/start-…', DEPLOY)
      const { status, headers } = await webAnswer(`${site}${file}`, signal)
      const cache = headers.get('cache-control') ?? ''
      if (status === 200 && cache.includes('immutable')) return right(`${file}: ${cache}`)
      return wrong(`${file} answers ${status} with cache-control "${cache}"`, DEPLOY)
    },
  }
}

function plain({ stage }: World): Look {
  return {
    async look(signal) {
      const url = new URL('/api/plain-http', stage.output('SiteUrl'))
      url.protocol = 'http:'
      const { status } = await webAnswer(url.href, signal)
      return status === 403 ? right('it is refused (403)') : wrong(`it answers ${status}`, DEPLOY)
    },
  }
}
