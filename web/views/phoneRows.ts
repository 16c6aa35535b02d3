/** One row for each phone of the account: what it can do, and what can be done with it. */

import { devicesWords } from '#words/devicesWords.ts'
import { restoreWords } from '#words/restoreWords.ts'
import type { Profile } from '../api.ts'
import type { Device, Devices, PendingDevice, RemovedDevice, WaitingDevice } from '../deviceApi.ts'
import { addedOf, factsOf } from '../deviceFacts.ts'
import { deviceIdsHere } from '../deviceHere.ts'
import { type Child, el, fill, keeping, verbatim } from '../element.ts'
import { button, formMessage } from '../form.ts'
import { explain } from '../problem.ts'
import type { App } from '../screen.ts'
import { dateAndTime } from '../times.ts'

/** @param changed called after a press has changed the profile, with the sentence that says what was done */
export type RowEvents = { changed(said: Child[]): void }

/** A phone that approves. */
export const activeRow = (app: App, device: Device, on: RowEvents): HTMLElement =>
  row(app, device, [factsOf(device)], on, {
    label: devicesWords.remove,
    question: whatRemovalMeans(device, app.profile.devices),
    sure: devicesWords.yesRemove,
    busyLabel: devicesWords.removing,
    send: () => app.api.removeDevice(device.id),
    done: ({ devices }) => removedInWords(device, devices),
  })

/** A phone that was let in and waits. */
export const waitingRow = (app: App, device: WaitingDevice, on: RowEvents): HTMLElement =>
  row(app, device, [waitInWords(device, app.profile.devices), [addedOf(device)]], on, {
    label: devicesWords.cancel,
    question: devicesWords.reallyCancel(device.name),
    sure: devicesWords.yesCancel,
    busyLabel: devicesWords.cancelling,
    send: () => app.api.removeDevice(device.id),
    done: () => devicesWords.cancelled(device.name),
  })

/** A phone that has begun to be added. */
export const pendingRow = (app: App, device: PendingDevice, on: RowEvents): HTMLElement =>
  row(app, device, [devicesWords.beingAdded], on, {
    label: devicesWords.cancel,
    question: devicesWords.reallyCancel(device.name),
    sure: devicesWords.yesCancel,
    busyLabel: devicesWords.cancelling,
    send: () => app.api.removeDevice(device.id),
    done: () => devicesWords.cancelled(device.name),
  })

/** A phone that was removed a short while ago, and can be put back. */
export const removedRow = (app: App, device: RemovedDevice, on: RowEvents): HTMLElement => {
  const { name, removedAt, undoUntil, undoAsked } = device
  const until = dateAndTime(new Date(undoUntil))
  const facts = devicesWords.removedOn(dateAndTime(new Date(removedAt)))
  const how = undoAsked ? devicesWords.undoAsked(until) : devicesWords.canPutBack(until)
  if (!undoAsked) return row(app, device, [facts, how], on, null)
  return row(app, device, [facts, how], on, {
    label: restoreWords.putBack(name),
    question: null,
    sure: restoreWords.putBack(name),
    busyLabel: devicesWords.oneMoment,
    send: () => app.api.restoreDevice(device),
    done: () => devicesWords.isBack(name),
  })
}

function removedInWords({ id, name }: Device, { removed }: Devices): string {
  const device = removed.find((one) => one.id === id)
  return device
    ? devicesWords.removedUntil(name, dateAndTime(new Date(device.undoUntil)))
    : devicesWords.removed(name)
}

/** From when on a phone approves, and who can stop it until then. */
export function waitInWords({ name, activeFrom }: WaitingDevice, devices: Devices): Child[] {
  const from = dateAndTime(new Date(activeFrom))
  const names = devices.list.map((device) => device.name)
  // For as long as its removal can be undone, a removed phone is heard.
  const gone = devices.removed.map((device) => device.name)
  const words = devicesWords.canApproveFrom(name, from, names, gone)
  return keeping(words, name, ...names, ...gone)
}

type Press = {
  readonly label: string
  /** Asked before it is done; null if it can be undone by a press. */
  readonly question: string | null
  readonly sure: string
  readonly busyLabel: string
  send(): Promise<Profile>
  /** Says what was done. */
  done(profile: Profile): string
}

function row(
  app: App,
  { id, name }: { readonly id: string; readonly name: string },
  facts: readonly (string | Child[])[],
  on: RowEvents,
  press: Press | null,
): HTMLElement {
  const { box, say } = formMessage()
  const mark = el('span', {})
  deviceIdsHere().then((ids) => ids.includes(id) && fill(mark, devicesWords.thisBrowser))
  const actions = el('div', { class: 'actions' })
  if (press !== null) offer(press)
  return el(
    'li',
    {},
    el('p', {}, verbatim('strong', { dir: 'auto' }, name), mark),
    ...facts.map((fact) => el('p', { class: 'hint' }, ...[fact].flat())),
    box,
    press !== null && actions,
  )

  function offer(press: Press): void {
    const { label, question, busyLabel } = press
    fill(
      actions,
      question === null
        ? button(label, () => work(press), { busyLabel })
        : button(label, () => askFirst(press, question), {
            kind: 'quiet',
            'aria-label': devicesWords.pressOf(label, name),
          }),
    )
  }

  function askFirst(press: Press, question: string): void {
    const sure = button(press.sure, () => work(press), { busyLabel: press.busyLabel })
    const keep = () => {
      offer(press)
      actions.querySelector('button')?.focus()
    }
    fill(
      actions,
      el('p', { role: 'status' }, ...keeping(question, name)),
      sure,
      button(devicesWords.keep, keep, { kind: 'quiet' }),
    )
    sure.focus()
  }

  async function work({ send, done }: Press): Promise<void> {
    say()
    try {
      app.profile = await send()
      on.changed([el('p', {}, ...keeping(done(app.profile), name))])
    } catch (error) {
      say(el('p', {}, explain(error)))
    }
  }
}

const whatRemovalMeans = ({ id, name }: Device, { list, leaves, waitHours }: Devices): string =>
  list.every((one) => one.id === id)
    ? devicesWords.reallyRemoveOnly(name, leaves.includes('text'), waitHours)
    : devicesWords.reallyRemove(name)
