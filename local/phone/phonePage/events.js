/** The last events on the bus, each with a button that delivers it again. */
import { clock, copy, id, keyed, say, text } from './elements.js'

export function showEvents(events) {
  id('noEvents').hidden = events.length > 0
  keyed(id('events'), events, ({ id }) => id, makeEvent, fillEvent)
}

function makeEvent(event) {
  const node = copy('event')
  const time = node.querySelector('time')
  time.dateTime = event.at
  text(time, clock(event.at))
  text(node.querySelector('.from'), event.type)
  text(node.querySelector('.words'), event.of)
  const button = node.querySelector('button')
  button.setAttribute('aria-label', `Send again: ${event.type}, ${event.of}`)
  button.addEventListener('click', () => sendAgain(event))
  return node
}

function fillEvent(node, { deliveries }) {
  text(node.querySelector('.deliveries'), deliveries > 1 ? `Sent ${deliveries} times.` : '')
}

async function sendAgain({ id, type }) {
  const response = await fetch(`events/${id}/again`, { method: 'POST' })
  say(response.ok ? `${type} was sent again.` : await response.text())
}
