/** HTTP as bytes: what no well-behaved client would send has to be sent too. */
import { connect, type Socket } from 'node:net'

export type WireRequest = {
  /** Request line and headers, to the empty line. */
  readonly head: string
  readonly body: Buffer
  /** On a connection of its own. */
  readonly isAlone: boolean
  /** Nobody knows what the server takes for its end: if no answer comes, the client hangs up. */
  readonly isOpenEnded: boolean
}

export type WireAnswer = {
  readonly status: number
  /** Lower-cased names; one that comes twice is two entries. */
  readonly headers: readonly (readonly [string, string])[]
  readonly text: string
}

/** Longer than the gateway lets a handler run. */
const ANSWER_MS_MAX = 35_000
const HANG_UP_AFTER_MS = 50
/** Node's server drops a connection that was silent for five seconds. */
const IDLE_MS_MAX = 3000

/** A client of one server, one request at a time. */
export function wireTo(port: number) {
  let kept: { socket: Socket; at: number } | undefined

  function open(isAlone: boolean): Socket {
    if (!isAlone && kept && !kept.socket.destroyed && Date.now() - kept.at < IDLE_MS_MAX) {
      return kept.socket
    }
    const socket = connect({ host: '127.0.0.1', port, noDelay: true })
    socket.on('error', () => {})
    return socket
  }

  return {
    /** The answer, or `closed` where the connection ended without one. */
    async send(request: WireRequest): Promise<WireAnswer | 'closed' | 'silent'> {
      const socket = open(request.isAlone)
      const answered = answerOn(socket, /^HEAD /.test(request.head))
      socket.write(Buffer.concat([Buffer.from(request.head, 'latin1'), request.body]))
      const hangUp = request.isOpenEnded && setTimeout(() => socket.end(), HANG_UP_AFTER_MS)
      const answer = await answered
      if (hangUp) clearTimeout(hangUp)
      const isOver = typeof answer === 'string' || valuesOf(answer, 'connection').includes('close')
      if (request.isAlone || isOver) socket.destroy()
      else kept = { socket, at: Date.now() }
      return answer
    },

    close() {
      kept?.socket.destroy()
    },
  }
}

export const valuesOf = ({ headers }: WireAnswer, name: string): string[] =>
  headers.filter(([one]) => one === name).map(([, value]) => value)

function answerOn(socket: Socket, isHead: boolean): Promise<WireAnswer | 'closed' | 'silent'> {
  return new Promise((resolve) => {
    let received = Buffer.alloc(0)
    const done = (answer: WireAnswer | 'closed' | 'silent') => {
      clearTimeout(timer)
      socket.off('data', onData).off('close', onClose).off('end', onClose)
      resolve(answer)
    }
    const timer = setTimeout(() => done('silent'), ANSWER_MS_MAX)
    const onData = (chunk: Buffer) => {
      received = Buffer.concat([received, chunk])
      const answer = parsed(received, isHead, false)
      if (answer) done(answer)
    }
    const onClose = () => done(parsed(received, isHead, true) ?? 'closed')
    socket.on('data', onData).on('close', onClose).on('end', onClose)
  })
}

/** A whole answer, if it is there; interim ones (100 Continue) are passed over. */
function parsed(received: Buffer, isHead: boolean, isEnd: boolean): WireAnswer | undefined {
  const end = received.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const [first = '', ...lines] = received.subarray(0, end).toString('latin1').split('\r\n')
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(first)?.[1])
  const rest = received.subarray(end + 4)
  if (status < 200) return parsed(rest, isHead, isEnd)
  const headers = lines.map((line) => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const
  })
  const length = headers.find(([name]) => name === 'content-length')?.[1]
  // In chunks comes only what Node itself answers, and that has no body.
  const isChunked = headers.some(([name]) => name === 'transfer-encoding')
  const isEmpty = isHead || status === 304 || (isChunked && rest.indexOf('0\r\n\r\n') === 0)
  const wanted = isEmpty ? 0 : length === undefined ? Number.NaN : Number(length)
  if (Number.isNaN(wanted) ? !isEnd : rest.length < wanted) return undefined
  const body = Number.isNaN(wanted) ? rest : rest.subarray(0, wanted)
  return { status, headers, text: body.toString() }
}
