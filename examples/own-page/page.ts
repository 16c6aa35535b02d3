/** A shop's own page: it starts a payment, says where to look, and waits for its end. */
import { createClient, PayfriendError, waitForEnd } from '../../client/payfriend.ts'

// The shop's own server passes requests on and adds the payer's token, so that no script ever has it.
const call = createClient({ address: '/payfriend' })

const ORDER = {
  payee: { name: 'Honeydukes', id: 'till@honeydukes.example' },
  amount: { value: '4.20', currency: 'EUR' },
} as const

const button = document.querySelector<HTMLButtonElement>('button')
const told = document.querySelector('[role=status]')
/** One key for this order: pressing twice, or again after a lost answer, never starts two payments. */
const key = crypto.randomUUID()

button?.addEventListener('click', async () => {
  button.disabled = true
  try {
    const { paymentId, displayText } = await call('POST /payments', {
      header: { 'Idempotency-Key': key },
      body: ORDER,
    })
    say(`Look at your phone: ${displayText}`)
    const { status } = await waitForEnd(call, paymentId)
    // For the eye only: the shop sends the goods on the event `payment.approved`, which no browser can make up.
    say(status === 'approved' ? 'Thank you, it is paid.' : `Nothing was paid: ${status}.`)
  } catch (error) {
    // The codes are a closed list; see `refusals` of each route in the client's types.
    const code = error instanceof PayfriendError ? error.problem.code : undefined
    say(
      code === 'phone_not_verified'
        ? 'Confirm your phone first.'
        : 'That did not work. Press again: it never pays twice.',
    )
    button.disabled = false
  }
})

function say(words: string): void {
  // As text, because a payee's name comes from strangers.
  if (told) told.textContent = words
}
