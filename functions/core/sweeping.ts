/** Nothing waits for ever: what is due ends, and a push that has been silent is asked about. */
import { endCodeOf, type Ports } from './deciding.ts'
import type { Evidence, Payment } from './payment.ts'
import type { Codes, Decision, OpenPayment, Push } from './ports.ts'
import { type DenialPorts, noteDenial } from './pushPause.ts'
import { Refusal } from './refusals.ts'

/** A push undecided for this long is asked about: its callback may be lost. */
const PUSH_READ_AFTER_SECONDS = 20
const PUSH_READ_EVERY_SECONDS = 60

/** So many calls of the provider at a time, and none any more after so long: a run has an end. */
const CALLS_AT_ONCE = 8
const CALLING_SECONDS_MAX = 40

/** What a sweep did; `faults` of single payments do not stop the others. */
export type Swept = { expired: number; decided: number; asked: number; faults: unknown[] }

/**
 * End what is due; and only then, because it takes as long as the provider likes, end the codes of what
 * ended, and ask about pushes that have been silent, those that were never or least lately asked about
 * first.
 */
export async function sweep(
  ports: Ports &
    DenialPorts & {
      readonly push: Push | undefined
      readonly codes: Pick<Codes, 'end'>
    },
): Promise<Swept> {
  const { payments, push, clock } = ports
  const swept: Swept = { expired: 0, decided: 0, asked: 0, faults: [] }
  const noted = async (work: () => Promise<void>) => {
    try {
      await work()
    } catch (fault) {
      // A provider that does not answer is asked again in a minute.
      if (!(fault instanceof Refusal)) swept.faults.push(fault)
    }
  }

  const silent: OpenPayment[] = []
  const ended: Payment[] = []
  for await (const open of payments.open((fault) => swept.faults.push(fault))) {
    const now = clock()
    if (now >= open.expiresAt) {
      await noted(async () => {
        const expired = await payments.expire(open.paymentId, now)
        if (!expired) return
        swept.expired += 1
        ended.push(expired)
      })
    } else if (isSilent(open, now)) silent.push(open)
  }

  const askAbout = async ({ paymentId, pushId, authyId }: OpenPayment) => {
    const now = clock()
    const lastBefore = ago(now, PUSH_READ_EVERY_SECONDS)
    if (!push || !pushId) return
    if (!(await payments.claimPushRead(paymentId, lastBefore, now))) return
    swept.asked += 1
    const decided = await decideByRead({ payments, push, clock }, paymentId, pushId, authyId)
    if (!decided) return
    swept.decided += 1
    await noteDenial(ports, decided)
  }
  silent.sort((a, b) => (a.pushReadAt?.getTime() ?? 0) - (b.pushReadAt?.getTime() ?? 0))
  const calls = [
    ...silent.map((open) => () => noted(() => askAbout(open))),
    // A code that is not ended here ends by itself, at the provider, in ten minutes at most.
    ...ended.map((payment) => () => endCodeOf(ports, payment)),
  ]
  const end = new Date(clock().getTime() + CALLING_SECONDS_MAX * 1000)
  const callNext = async () => {
    for (let call = calls.shift(); call && clock() < end; call = calls.shift()) await call()
  }
  await Promise.all(Array.from({ length: CALLS_AT_ONCE }, callNext))
  return swept
}

function isSilent({ pushId, pushAskedAt, pushReadAt }: OpenPayment, now: Date): boolean {
  if (!pushId || !pushAskedAt || pushAskedAt > ago(now, PUSH_READ_AFTER_SECONDS)) return false
  return !pushReadAt || pushReadAt <= ago(now, PUSH_READ_EVERY_SECONDS)
}

/**
 * The provider's own answer shows no terms, so it decides only the payment whose stored push was
 * asked about and whose phone it names.
 */
async function decideByRead(
  { payments, push, clock }: Ports & { readonly push: Push },
  id: string,
  pushId: string,
  authyId: string,
): Promise<Payment | undefined> {
  const read = await push.read(pushId)
  if (read.status !== 'approved' && read.status !== 'denied') return undefined
  if (read.pushId !== pushId || read.authyId !== authyId) return undefined
  const now = clock()
  const evidence: Evidence = {
    kind: 'provider-read',
    push_id: pushId,
    authy_id: authyId,
    read_at: now.toISOString(),
  }
  // What a signed callback showed otherwise is not approved by an answer that shows nothing (RTS Art. 5(1)(c));
  // to deny it is safe.
  const only = { pushId, authyId, ...(read.status === 'approved' && { noAnswerRefused: true }) }
  const decision: Decision = {
    status: read.status,
    channel: 'push',
    by: 'provider',
    evidence,
    only,
  }
  return payments.decide(id, decision, now)
}

const ago = (now: Date, seconds: number) => new Date(now.getTime() - seconds * 1000)
