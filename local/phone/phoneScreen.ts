import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import * as z from 'zod'
import { asksByOwnName, asksFromNoOtherPage } from '../ownRequest.ts'
import { type DeviceAction, phoneAction } from './phoneAction.ts'
import { type StateParts, stateOf } from './phoneState.ts'

const TICK_MS = 1000
/** Several times what any button of the page sends. */
const ACTION_BYTES_MAX = 1024

const PLAIN = 'text/plain; charset=utf-8'
type Reply = [status: number, type: string, content: string | Buffer]

const FILES: Record<string, [file: string, type: string]> = {
  '/': ['index.html', 'text/html; charset=utf-8'],
  '/phone.css': ['phone.css', 'text/css; charset=utf-8'],
  '/phone.js': ['phone.js', 'text/javascript; charset=utf-8'],
  '/devices.js': ['devices.js', 'text/javascript; charset=utf-8'],
  '/events.js': ['events.js', 'text/javascript; charset=utf-8'],
  '/elements.js': ['elements.js', 'text/javascript; charset=utf-8'],
  '/icon.svg': ['icon.svg', 'image/svg+xml'],
}

/** An event's id is a UUID. */
const AGAIN = /^\/events\/([0-9a-f-]{36})\/again$/

/** No external and no inline content, because strangers write the texts that are shown. */
const SCREEN_HEADERS = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
}

export type ScreenParts = StateParts & { readonly clock: () => Date }

/** The page that shows the phones: its files, its state and its actions. */
export function phoneScreen(parts: ScreenParts) {
  const { book, devices, clock, events } = parts
  const state = () => stateOf(parts, clock())
  const watchers = new Set<ServerResponse>()
  let shown = ''

  /** Send the page's whole state to every open page, so that the page uses the server's clock. */
  const tell = () => {
    const told = JSON.stringify(state())
    if (told === shown) return
    shown = told
    for (const watcher of watchers) watcher.write(`data: ${told}\n\n`)
  }
  const ticking = setInterval(() => watchers.size > 0 && tell(), TICK_MS)
  ticking.unref()
  let aboutToTell = false

  const watch = (response: ServerResponse) => {
    response.writeHead(200, { ...SCREEN_HEADERS, 'content-type': 'text/event-stream' })
    tell()
    response.write(`data: ${shown}\n\n`)
    watchers.add(response)
    response.on('close', () => watchers.delete(response))
  }

  const act = async (
    request: IncomingMessage,
    body: Buffer,
  ): Promise<[status: number, problem?: string]> => {
    if (request.headers['content-type'] !== 'application/json') return [415, 'send JSON']
    if (body.length > ACTION_BYTES_MAX) return [413, 'too long']
    const wanted = phoneAction.safeParse(parsed(body))
    if (!wanted.success) return [400, z.prettifyError(wanted.error)]
    const act = wanted.data
    if (act.action === 'setApp') {
      if (!book.numbers().includes(act.number)) return [404, 'no such phone']
      book.setApp(act.number, act.hasApp)
    }
    if (act.action === 'setLandline') {
      if (!book.numbers().includes(act.number)) return [404, 'no such phone']
      book.setLandline(act.number, act.isLandline)
    }
    if (act.action === 'setFaults') {
      Object.assign(book.faults, act.faults)
      book.changed()
    }
    if (act.action === 'answer') {
      const push = book.push(act.uuid)
      if (!push) return [404, 'no such request']
      if (push.status !== 'pending') return [409, `the request is ${push.status}`]
      book.answer(act.uuid, act.decision)
    }
    if ('kid' in act || act.action === 'addDevice') {
      const problem = await pressed(act)
      if (problem === undefined) return [404, 'no such device or request']
      if (problem !== null) return [409, problem]
    }
    return [204]
  }

  const pressed = (act: DeviceAction) => {
    switch (act.action) {
      case 'addDevice':
        return devices.add(act.code, act.name)
      case 'answerDevice':
        return devices.answer(act.kid, act.id, act.answer)
      case 'removeDevice':
        return devices.remove(act.kid)
      case 'clearDevice':
        return devices.clear(act.kid)
      case 'renewDevice':
        return devices.renew(act.kid, act.code)
      case 'testRing':
        return devices.testRing(act.kid)
      case 'forgetDevice':
        return devices.forget(act.kid)
    }
  }

  const reply = async (request: IncomingMessage, path: string, body: Buffer): Promise<Reply> => {
    // Links from other sites may open the page's static files; everything else is for the page only.
    const [file, type] = (request.method === 'GET' && FILES[path]) || []
    if (file && type && asksByOwnName(request)) {
      return [200, type, readFileSync(new URL(`phonePage/${file}`, import.meta.url))]
    }
    if (!asksFromNoOtherPage(request)) return [403, PLAIN, 'only from this page']
    if (request.method === 'POST' && path === '/actions') {
      const [status, problem = ''] = await act(request, body)
      return [status, PLAIN, problem]
    }
    if (request.method === 'GET' && path === '/state') {
      return [200, 'application/json', JSON.stringify(state())]
    }
    if (events && request.method === 'GET' && path === '/events') {
      return [200, 'application/json', JSON.stringify({ events: events.list() })]
    }
    const [, again] = AGAIN.exec(path) ?? []
    if (events && request.method === 'POST' && again !== undefined) {
      return events.again(again) ? [204, PLAIN, ''] : [404, PLAIN, 'no such event']
    }
    return [404, PLAIN, 'nothing here']
  }

  return {
    async answer(
      request: IncomingMessage,
      path: string,
      body: Buffer,
      response: ServerResponse,
    ): Promise<void> {
      if (request.method === 'GET' && path === '/changes' && asksFromNoOtherPage(request)) {
        watch(response)
        return
      }
      const [status, type, content] = await reply(request, path, body)
      response.writeHead(status, { ...SCREEN_HEADERS, 'content-type': type }).end(content)
    },
    isWatched: () => watchers.size > 0,
    /** Several changes in a row are sent once. */
    changed(): void {
      if (watchers.size === 0 || aboutToTell) return
      aboutToTell = true
      setImmediate(() => {
        aboutToTell = false
        tell()
      })
    },
    close(): void {
      clearInterval(ticking)
      for (const watcher of watchers) watcher.end()
    },
  }
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString())
  } catch {
    return undefined
  }
}
