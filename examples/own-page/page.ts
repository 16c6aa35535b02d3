/** A shop's own page: it has its order paid, says where to look, and waits for the end. */
import {
  answerOf,
  createClient,
  PayfriendError,
  type Payment,
  waitForEnd,
} from '../../client/payfriend.ts'

// The shop's own server asks for the payment and adds the payer's token, so that no script ever has it.
const call = createClient({ address: '/payfriend' })

const button = document.querySelector<HTMLButtonElement>('button')
const told = document.querySelector('[role=status]')

button?.addEventListener('click', async () => {
  button.disabled = true
  try {
    // Only which order, by this page's own address: what it costs, and whom it pays, is the shop's to say.
    const asked = await fetch(`${location.pathname}/payment`, { method: 'POST' })
    const { paymentId, displayText } = await answerOf<Payment>(asked)
    say(`Look at your phone: ${displayText}`)
    const { status } = await waitForEnd(call, paymentId)
    // For the eye only: the shop sends the goods on the event `payment.approved`, which no browser can make up.
    say(status === 'approved' ? 'Thank you, it is paid.' : `Nothing was paid: ${status}.`)
    button.disabled = status === 'approved'
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
