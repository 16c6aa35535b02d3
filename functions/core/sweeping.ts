/** Nothing waits for ever: what is due ends, and a push that has been silent is asked about. */
import type { Ports } from './deciding.ts'
import type { Evidence } from './payment.ts'
import type { Decision, Push } from './ports.ts'
import { Refusal } from './refusals.ts'

/** A push undecided for this long is asked about: its callback may be lost. */
const PUSH_READ_AFTER_SECONDS = 20
const PUSH_READ_EVERY_SECONDS = 60

/** What a sweep did; `faults` of single payments do not stop the others. */
export type Swept = { expired: number; decided: number; asked: number; faults: unknown[] }

/** End what is due, and ask the provider about pushes that have been silent for long. */
export async function sweep(ports: Ports & { readonly push: Push }): Promise<Swept> {
  const swept: Swept = { expired: 0, decided: 0, asked: 0, faults: [] }
  for await (const open of ports.payments.open((fault) => swept.faults.push(fault))) {
    try {
      const now = ports.clock()
      if (now >= open.expiresAt) {
        if (await ports.payments.expire(open.paymentId, now)) swept.expired += 1
        continue
      }
      if (!open.pushId || open.pushAskedAt > ago(now, PUSH_READ_AFTER_SECONDS)) continue
      const lastBefore = ago(now, PUSH_READ_EVERY_SECONDS)
      if (open.pushReadAt && open.pushReadAt > lastBefore) continue
      if (!(await ports.payments.claimPushRead(open.paymentId, lastBefore, now))) continue
      swept.asked += 1
      if (await decideByRead(ports, open.paymentId, open.pushId, open.authyId)) swept.decided += 1
    } catch (fault) {
      // A provider that does not answer is asked again in a minute.
      if (!(fault instanceof Refusal)) swept.faults.push(fault)
    }
  }
  return swept
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
): Promise<boolean> {
  const read = await push.read(pushId)
  if (read.status !== 'approved' && read.status !== 'denied') return false
  if (read.pushId !== pushId || read.authyId !== authyId) return false
  const now = clock()
  const evidence: Evidence = {
    kind: 'provider-read',
    push_id: pushId,
    authy_id: authyId,
    read_at: now.toISOString(),
  }
  const only = { pushId, authyId }
  const decision: Decision = {
    status: read.status,
    channel: 'push',
    by: 'provider',
    evidence,
    only,
  }
  return (await payments.decide(id, decision, now)) !== undefined
}

const ago = (now: Date, seconds: number) => new Date(now.getTime() - seconds * 1000)
