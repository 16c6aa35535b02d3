/**
 * `npm run setup:verify`: give a Twilio account the two Verify services that Payfriend needs.
 *
 * Two, because a service in PSD2 mode refuses a code without amount and payee (60206), and verifying a phone has
 * neither. It reads the services, prints its plan, asks for a yes, makes only the missing changes and reads the
 * result; so it can be run again at any time.
 *
 * The exit code is 0 (all is well, or the owner did not say yes), 1 (a fault, or a question that only the owner can
 * answer), 2 (used wrongly) or 3 (Twilio Support has to switch PSD2 mode on).
 */
import { API_URL, keyOf, optionsOf, PAYMENTS_SUFFIX, USAGE, UsageError } from './setupOptions.ts'
import { type Io, terminal } from './terminal.ts'
import {
  type Service,
  type ServiceSettings,
  TwilioFault,
  twilioServices,
} from './twilioServices.ts'

const SUPPORT_URL = 'https://help.twilio.com'
const CODE_LENGTH = 6

/** The account's services are ambiguous, and only the owner can decide. */
class Unclear extends Error {}

/** @returns the exit code */
export async function main(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  io: Io,
): Promise<number> {
  try {
    const options = optionsOf(argv)
    if (options.help) {
      io.say(USAGE)
      return 0
    }
    return await setUp({ ...options, ...keyOf(env) }, io)
  } catch (error) {
    if (error instanceof UsageError) {
      io.complain(error.message)
      return 2
    }
    if (error instanceof Unclear || error instanceof TwilioFault) {
      io.complain(error.message)
      return 1
    }
    throw error
  }
}

type Options = {
  readonly name: string
  readonly apiUrl: string
  readonly yes: boolean
  readonly apiKey: string
  readonly apiSecret: string
}
type Twilio = ReturnType<typeof twilioServices>

/** One of the two services: its wanted settings, its present ones, and the changes between them. */
type Step = {
  readonly purpose: string
  readonly wanted: ServiceSettings
  readonly found: Service | undefined
  readonly changes: Partial<ServiceSettings>
}

async function setUp(options: Options, io: Io): Promise<number> {
  const twilio = twilioServices(options)
  const all = await twilio.list()
  const payments = stepTo(
    all,
    'for payments, and for the old phone when a phone is changed',
    settingsOf(`${options.name}${PAYMENTS_SUFFIX}`, true),
  )
  const phones = stepTo(all, 'for proving phones', settingsOf(options.name, false))
  if (payments.found?.defaultTemplateSid) {
    throw new Unclear(
      `${named(payments.found)} has a message template of its own (${payments.found.defaultTemplateSid}), which may leave amount and payee out of the text: take it away in Twilio's console, or choose another --name.`,
    )
  }
  const steps = [payments, phones]
  const isAlready = steps.every(isDone)

  for (const line of plan(steps, all, options.apiUrl)) io.say(line)
  if (!isAlready) {
    if (!(await isAgreed(options, io))) return 0
    io.say('')
  }
  let hasBegun = false
  const told = (line: string) => {
    hasBegun = true
    io.say(line)
  }
  try {
    const taken = await take(payments, twilio, told)
    return report(options, taken, await take(phones, twilio, told), io)
  } catch (error) {
    if (hasBegun) io.say('The changes made so far stay, and the next run continues from there.')
    throw error
  }
}

const settingsOf = (friendlyName: string, psd2Enabled: boolean): ServiceSettings => ({
  friendlyName,
  codeLength: CODE_LENGTH,
  psd2Enabled,
  doNotShareWarningEnabled: true,
})

function stepTo(all: readonly Service[], purpose: string, wanted: ServiceSettings): Step {
  const same = all.filter(({ friendlyName }) => friendlyName === wanted.friendlyName)
  const [found, other] = same
  if (found && other) {
    throw new Unclear(
      `There are ${same.length} services named "${wanted.friendlyName}" (${same.map(({ sid }) => sid).join(', ')}), and which one is meant can't be guessed: rename the others in Twilio's console, or choose another --name.`,
    )
  }
  return { purpose, wanted, found, changes: differences(wanted, found) }
}

function differences(
  wanted: ServiceSettings,
  found: Service | undefined,
): Partial<ServiceSettings> {
  const entries = Object.entries(wanted) as [keyof ServiceSettings, unknown][]
  return Object.fromEntries(entries.filter(([name, value]) => found?.[name] !== value))
}

const isDone = ({ changes }: Step) => Object.keys(changes).length === 0

/** The plan in words: what exists, what will be created or changed, and what will be left. */
function plan(steps: readonly Step[], all: readonly Service[], apiUrl: string): string[] {
  const account = all[0] ? `The account ${all[0].accountSid}` : 'The account of this key'
  const others = all.length - steps.filter(({ found }) => found).length
  return [
    `${account} at ${apiUrl} has ${counted(all.length)}. Payfriend needs two:`,
    '',
    ...steps.flatMap(stepInWords),
    `  leave   ${others === 0 ? 'everything else' : `the other ${counted(others)}, and everything else`} of the account, and every setting not named here`,
    '',
    ...(steps.every(isDone) ? ['Nothing to do: both are as they should be.'] : []),
    ...(steps.some(({ changes }) => changes.doNotShareWarningEnabled)
      ? [
          'The warning is for the person who is called by a thief and asked for the code; it makes the text longer.',
        ]
      : []),
    'No text is sent here, since each costs.',
  ]
}

function stepInWords({ purpose, wanted, found, changes }: Step): string[] {
  const { friendlyName, ...settings } = changes
  const inWords = Object.entries(settings)
    .map(([name, to]) => WORDS[name as keyof typeof WORDS](to))
    .join(', ')
  if (!found) return [`  create  "${wanted.friendlyName}", ${purpose}:`, `            ${inWords}`]
  if (inWords === '') return [`  leave   ${named(found)}, ${purpose}`]
  return [`  change  ${named(found)}, ${purpose}:`, `            ${inWords}`]
}

const WORDS = {
  codeLength: (to: unknown) => `codes of ${to} digits`,
  psd2Enabled: (to: unknown) => `PSD2 mode ${to ? 'on' : 'off'}`,
  doNotShareWarningEnabled: () => 'a warning in each text not to share the code',
}

const named = ({ friendlyName, sid }: Service) => `"${friendlyName}" (${sid})`
const counted = (n: number) => (n === 1 ? '1 Verify service' : `${n} Verify services`)

async function isAgreed({ yes }: Options, io: Io): Promise<boolean> {
  if (yes) return true
  if (io.ask && /^y(es)?$/i.test((await io.ask('Go on? [y/N] ')).trim())) return true
  io.say(`Nothing was done.${io.ask ? '' : ' Add --yes to do it.'}`)
  return false
}

type Taken = { readonly service: Service; readonly psd2Refusal?: string | undefined }

/** Carry out a step, report each change when it is done, and read the result. */
async function take(
  { wanted, found, changes }: Step,
  twilio: Twilio,
  told: Io['say'],
): Promise<Taken> {
  const { psd2Enabled, ...others } = changes
  // PSD2 mode is switched on alone, so that a refusal can only be about it.
  const isPsd2Apart = psd2Enabled === true
  const atOnce = isPsd2Apart ? others : changes
  let service = found
  if (!service) {
    service = await twilio.create({ ...atOnce, friendlyName: wanted.friendlyName })
    told(`Created ${named(service)}.`)
  } else if (Object.keys(atOnce).length > 0) {
    service = await twilio.update(service.sid, atOnce)
    told(`Changed ${named(service)}.`)
  }
  let psd2Refusal: string | undefined
  if (isPsd2Apart) {
    try {
      await twilio.update(service.sid, { psd2Enabled: true })
      told(`Asked for PSD2 mode on ${named(service)}.`)
    } catch (error) {
      if (!(error instanceof TwilioFault && error.isRefusal)) throw error
      psd2Refusal = error.message
    }
  }
  const now = await twilio.read(service.sid)
  const { psd2Enabled: psd2Missing, ...missing } = differences(wanted, now)
  if (Object.keys(missing).length > 0 || psd2Missing === false) {
    throw new TwilioFault(
      `Twilio accepted the change of ${named(now)} and still shows it as it was: look at it in Twilio's console, and run this again.`,
      false,
    )
  }
  return { service: now, psd2Refusal }
}

function report(
  { apiUrl, name }: Options,
  payments: Taken,
  phones: Taken,
  { say, complain }: Io,
): number {
  const { service, psd2Refusal } = payments
  if (!service.psd2Enabled) {
    const { accountSid, sid } = service
    if (psd2Refusal) complain(psd2Refusal)
    complain(
      `PSD2 mode is off, and without it Payfriend offers no codes for payments: ask Twilio Support (${SUPPORT_URL}), "Please enable PSD2 mode for Twilio Verify on account ${accountSid}, so that its service ${sid} (${name}${PAYMENTS_SUFFIX}) can have Psd2Enabled=true and bind each code to Amount and Payee", and run this again when they have.`,
    )
    return 3
  }
  const twilioVerify = {
    paymentsServiceSid: service.sid,
    phonesServiceSid: phones.service.sid,
    // AWS cannot reach an address on this machine.
    ...(apiUrl !== API_URL && apiUrl.startsWith('https:') && { apiUrl }),
  }
  const laptop = {
    PROVIDER: 'twilioVerify',
    VERIFY_API_URL: apiUrl,
    VERIFY_PAYMENTS_SERVICE: service.sid,
    VERIFY_PHONES_SERVICE: phones.service.sid,
  }
  const json = JSON.stringify({ provider: 'twilioVerify', twilioVerify }, null, 2)
  for (const line of [
    '',
    `PSD2 mode is on: each code of "${service.friendlyName}" is bound to an amount and a payee. Whether its texts arrive, the first one will show.`,
    '',
    'In AWS, put this into the stage in payfriend.json, and deploy:',
    '',
    json.replace(/^\{\n|\n\}$/g, ''),
    '',
    'Then run the line that the deployment prints as PutTwilioKey, with this key and its secret in key.json.',
    '',
    'On a laptop, start with these, and with VERIFY_API_KEY and VERIFY_API_SECRET:',
    '',
    ...Object.entries(laptop).map(([variable, value]) => `  ${variable}=${value}`),
  ]) {
    say(line)
  }
  return 0
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2), process.env, terminal)
