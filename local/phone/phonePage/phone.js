/**
 * The page of the pretend phone. It has no state of its own: the server sends everything that is shown,
 * whenever it changes, and each press is sent to the server.
 *
 * All text comes from strangers (payees choose their names), so it is set as text, never as markup.
 */
import { showDevices } from './devices.js'
import { act, clock, copy, countdown, id, keyed, make, say, text } from './elements.js'
import { showEvents } from './events.js'

let seen = null

const changes = new EventSource('changes')
changes.addEventListener('message', ({ data }) => show(JSON.parse(data)))
changes.addEventListener('open', () => {
  id('lost').hidden = true
})
changes.addEventListener('error', () => {
  id('lost').hidden = false
})

id('faults').addEventListener('submit', (event) => event.preventDefault())
id('faults').addEventListener('change', ({ target }) => {
  if (!target.reportValidity()) return
  const { type } = target
  const typed = type === 'number' ? Number(target.value) : target.value
  const value = type === 'checkbox' ? target.checked : typed
  act({ action: 'setFaults', faults: { [target.name]: value } })
})

function show({ hasProvider, minute, phones, devices, events, faults }) {
  for (const part of document.querySelectorAll('.ofProvider')) part.hidden = !hasProvider
  id('empty').hidden = !hasProvider || phones.length > 0
  keyed(
    id('phones'),
    phones,
    ({ number }) => number,
    makePhone,
    (node, phone) => {
      fillPhone(node, phone, minute)
    },
  )
  showDevices(devices, minute)
  showEvents(events)
  for (const [name, value] of Object.entries(faults)) fillFault(name, value)
  tellNews(phones)
}

function makePhone({ number, shown }) {
  const node = copy('phone')
  node.setAttribute('aria-label', `Phone ${shown}`)
  for (const [name, action] of [
    ['hasApp', 'setApp'],
    ['isLandline', 'setLandline'],
  ]) {
    const input = node.querySelector(`[name=${name}]`)
    input.setAttribute('role', 'switch')
    input.addEventListener('change', () => act({ action, number, [name]: input.checked }))
  }
  return node
}

function fillPhone(node, { shown, hasApp, isLandline, items }, minute) {
  const part = (selector) => node.querySelector(selector)
  text(part('.clock'), clock(minute))
  text(part('h2'), shown)
  part('[name=hasApp]').checked = hasApp
  part('[name=isLandline]').checked = isLandline
  part('.quiet').hidden = items.length > 0
  keyed(
    part('.items'),
    items,
    ({ sequence }) => sequence,
    makeItem,
    (item, told) => {
      if (told.kind === 'push') fillPush(item, told)
    },
  )
}

function makeItem(item) {
  const node = copy(item.kind === 'push' ? 'push' : 'message')
  const time = node.querySelector('time')
  time.dateTime = item.at
  text(time, clock(item.at))
  if (item.kind === 'push') return makePush(node, item)
  node.classList.add(item.kind)
  text(node.querySelector('.from'), item.kind === 'call' ? 'Call' : 'Text')
  text(node.querySelector('.words'), item.words)
  const code = node.querySelector('.code')
  code.hidden = item.code === null
  text(code, item.code ?? '')
  return node
}

function makePush(node, { uuid, message, details }) {
  text(node.querySelector('.message'), message)
  for (const [name, value] of details) {
    const pair = document.createElement('div')
    for (const [tag, words] of [
      ['dt', name],
      ['dd', value],
    ]) {
      text(pair.appendChild(document.createElement(tag)), words)
    }
    // Payee, amount and account must not be translated.
    pair.lastElementChild.translate = false
    pair.lastElementChild.classList.add('notranslate')
    node.querySelector('dl').append(pair)
  }
  for (const button of node.querySelectorAll('button')) {
    button.addEventListener('click', () => {
      act({ action: 'answer', uuid, decision: button.value })
    })
  }
  return node
}

const ANSWERS = { approved: 'Approved', denied: 'Denied', expired: 'Expired, not answered' }

function fillPush(node, { status, secondsLeft, callbacks }) {
  const part = (selector) => node.querySelector(selector)
  const pending = status === 'pending'
  // The pressed button is about to be hidden, so this request takes the focus.
  if (!pending && part('.buttons').contains(document.activeElement)) {
    part('.answer').tabIndex = -1
    part('.answer').hidden = false
    part('.answer').focus()
  }
  node.dataset.status = status
  part('.buttons').hidden = !pending
  part('.left').hidden = !pending
  text(
    part('.left'),
    secondsLeft === null ? 'Never expires' : `Expires in ${countdown(secondsLeft)}`,
  )
  part('.answer').hidden = pending
  text(part('.answer'), ANSWERS[status] ?? '')
  keyed(
    part('.callbacks'),
    callbacks.map(inWords),
    (_, at) => at,
    () => make('li'),
    text,
  )
}

function inWords({ outcome, status, problem, signedWrongly }) {
  const wrongly = signedWrongly ? 'wrongly signed ' : ''
  if (outcome === 'answered') return `${wrongly}callback answered ${status}`
  if (outcome === 'failed') return `${wrongly}callback failed: ${problem}`
  if (outcome === 'held back') return `${wrongly}callback held back for 10 s`
  return `${wrongly}callback ${outcome}`
}

function fillFault(name, value) {
  const field = id('faults').elements[name]
  if (!field) return
  if (field.type === 'checkbox') field.checked = value
  else if (field !== document.activeElement) field.value = value
}

/** Announce what has arrived since the last state, and nothing when the page is opened. */
function tellNews(phones) {
  const items = phones.flatMap(({ shown, items }) => items.map((item) => ({ ...item, shown })))
  const newest = Math.max(0, ...items.map(({ sequence }) => sequence))
  if (seen !== null) {
    const news = items.filter(({ sequence }) => sequence > seen)
    if (news.length > 0) {
      say(news.map(({ shown, message, words }) => `${shown}: ${message ?? words}`).join('. '))
    }
  }
  seen = newest
}
