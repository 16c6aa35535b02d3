/** The devices of the pretend phone: how one is added, and what waits for each. */
import { act, clock, copy, countdown, id, keyed, say, text } from './elements.js'

let seen = null

id('add').addEventListener('submit', async (event) => {
  event.preventDefault()
  const { code, deviceName, submit } = event.target.elements
  submit.disabled = true
  const problem = await act({ action: 'addDevice', code: code.value, name: deviceName.value })
  submit.disabled = false
  text(id('addProblem'), problem ?? '')
  if (problem === null) code.value = ''
})

export function showDevices(devices, minute) {
  const keyOf = ({ kid }) => kid
  keyed(id('devices'), devices, keyOf, makeDevice, (node, device) => {
    fillDevice(node, device, minute)
  })
  const news = devices.flatMap(({ items }) => items)
  const known = seen
  seen = new Set(news.map((item) => item.id))
  const arrived = known ? news.filter((item) => !known.has(item.id)) : []
  if (arrived.length > 0) say(arrived.map(({ words }) => words).join('. '))
}

function makeDevice({ kid, email, name }) {
  const node = copy('device')
  const part = (selector) => node.querySelector(selector)
  node.setAttribute('aria-label', `Device ${name}, ${email}`)
  text(part('h2'), name)
  for (const place of node.querySelectorAll('.account')) text(place, email)
  part('.renew').addEventListener('submit', async (event) => {
    event.preventDefault()
    const code = event.target.elements.code.value
    text(part('.renew .problem'), (await act({ action: 'renewDevice', kid, code })) ?? '')
  })
  for (const button of node.querySelectorAll('footer button')) {
    button.addEventListener('click', async () => {
      text(part('footer .problem'), (await act({ action: button.value, kid })) ?? '')
    })
  }
  return node
}

function fillDevice(node, device, minute) {
  const { kid, email, asking, isCleared, isTrusted, activeFrom, trouble, missed } = device
  const { canRemove, canRing, rings, items } = device
  const part = (selector) => node.querySelector(selector)
  const isTurnedAway = asking?.isTurnedAway ?? false
  const isAsking = !isTurnedAway && (asking?.secondsLeft ?? 0) > 0
  text(part('.clock'), clock(minute))
  part('.asking').hidden = !isAsking
  text(part('.digits'), asking?.digits ?? '')
  text(part('.asking .left'), `${countdown(asking?.secondsLeft ?? 0)} left`)
  part('.late').hidden = !asking || isAsking || isTurnedAway
  part('.turnedAway').hidden = !isTurnedAway
  text(part('.missed'), missed ?? '')
  part('.renew').hidden = !isCleared
  part('.removed').hidden = isTrusted
  part('.waits').hidden = activeFrom === null
  text(part('.waits time'), activeFrom === null ? '' : new Date(activeFrom).toLocaleString())
  part('.quiet').hidden =
    asking !== null ||
    isCleared ||
    !isTrusted ||
    activeFrom !== null ||
    trouble !== null ||
    items.length > 0
  text(part('.trouble'), trouble ?? '')
  part('[value=testRing]').hidden = !canRing
  keyed(
    part('.rings'),
    rings,
    ({ tag, at }) => `${tag} ${at}`,
    makeRing,
    () => {},
  )
  part('[value=removeDevice]').hidden = !canRemove
  part('[value=clearDevice]').hidden = !canRemove
  part('[value=forgetDevice]').hidden = canRemove
  keyed(
    part('.items'),
    items,
    (item) => item.id,
    (item) => makeRequest(item, kid, email),
    fillRequest,
  )
}

function makeRing({ title, body, at }) {
  const node = copy('ring')
  node.querySelector('time').dateTime = at
  text(node.querySelector('time'), clock(at))
  text(node.querySelector('.message'), title)
  text(node.querySelector('.words'), body)
  return node
}

const FROM = {
  payment: 'Payfriend',
  device: 'A new device',
  phone: 'A new number',
  stop: 'Payfriend',
}

function makeRequest({ id, kind, words, reference, stops, at }, kid, email) {
  const node = copy('request')
  const part = (selector) => node.querySelector(selector)
  const isDevice = kind === 'device'
  text(part('.from'), FROM[kind])
  part('time').dateTime = at
  text(part('time'), clock(at))
  text(part('.message'), words)
  text(part('.account'), email)
  part('.referenceRow').hidden = reference === null
  text(part('.reference'), reference ?? '')
  part('[value=deny]').hidden = stops !== null
  text(part('[value=deny]'), isDevice ? 'No' : 'Deny')
  text(part('[value=approve]'), YES[stops] ?? (isDevice ? 'Yes' : 'Approve'))
  const ask = (why) => {
    part('.reasons').hidden = !why
    part('.ask').hidden = why
    part(why ? '[value=changed_mind]' : '[value=deny]').focus()
  }
  for (const button of node.querySelectorAll('button')) {
    const { value } = button
    button.addEventListener('click', () => {
      if (value === 'back' || (value === 'deny' && !isDevice)) ask(value === 'deny')
      else act({ action: 'answerDevice', kid, id, answer: value })
    })
  }
  return node
}

const YES = { recovery: 'Stop it', removal: 'Undo the removal' }
const ENDS = {
  approved: 'Approved',
  denied: 'Denied',
  stopped: 'Stopped',
  undo_asked: 'Asked. Sign in again on the page, and confirm there.',
  over: 'No longer waits for an answer',
}

function fillRequest(node, { status, digits, secondsLeft, problem }) {
  const part = (selector) => node.querySelector(selector)
  part('.digits').hidden = digits === null
  text(part('.digits'), digits ?? '')
  part('.compare').hidden = digits === null
  const waits = status === 'waiting'
  // The pressed button is about to be hidden, so the answer takes the focus.
  const hadFocus = !waits && part('.choice').contains(document.activeElement)
  node.dataset.status = status
  part('.choice').hidden = !waits
  part('.left').hidden = !waits
  text(part('.left'), `${countdown(secondsLeft)} left to answer`)
  part('.answer').hidden = waits
  text(part('.answer'), ENDS[status] ?? '')
  text(part('.problem'), problem ?? '')
  if (hadFocus) part('.answer').focus()
}
