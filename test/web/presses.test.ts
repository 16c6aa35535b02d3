import { beforeEach, expect, test } from 'vitest'
import { createPresses, takeNotDone } from '../../web/presses.ts'

let presses = createPresses()
const press = {}

beforeEach(() => {
  takeNotDone()
  presses = createPresses()
})

test('a press that waits when the page goes away is told, once', () => {
  presses.waits(press, 'Nothing was sent.')
  expect(takeNotDone()).toEqual(['Nothing was sent.'])
  expect(takeNotDone()).toEqual([])
})

test('one that was sent is not: nobody but the server knows what became of it', () => {
  presses.waits(press, 'Nothing was sent.')
  presses.goes(press)
  expect(takeNotDone()).toEqual([])
})

test('one that was sent and not let in is told again', () => {
  presses.waits(press, 'Nothing was sent.')
  presses.goes(press)
  presses.waits(press, 'Nothing was sent.')
  expect(takeNotDone()).toEqual(['Nothing was sent.'])
})

test('each of several is told, and only what waits', () => {
  presses.waits(press, 'Nothing was sent.')
  presses.waits({}, 'Nothing was cancelled.')
  presses.goes(press)
  presses.waits({}, 'Nothing was checked.')
  expect(takeNotDone()).toEqual(['Nothing was cancelled.', 'Nothing was checked.'])
})

test('no page is left before what is under way has its answer, or none', async () => {
  const answers: (() => void)[] = []
  const steps: string[] = []
  presses.follow(new Promise<void>((resolve) => answers.push(resolve)))
  presses.follow(new Promise<void>((_, reject) => answers.push(reject)).catch(() => {}))
  const left = presses.answered().then(() => steps.push('left'))
  for (const answer of answers) {
    await Promise.resolve()
    steps.push('answered')
    answer()
  }
  await left
  expect(steps).toEqual(['answered', 'answered', 'left'])
  await presses.answered()
})
