/** Several processes that run tests, each one question at a time; one that does not answer is replaced. */
import { type ChildProcess, fork } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import type { Answer, Question } from './testProcess.ts'

export const ROOT = resolve(import.meta.dirname, '../..')

/** A file of the project as it is stored. */
export const textOf = (path: string) => readFileSync(resolve(ROOT, path), 'utf8')

export type TestProcesses = ReturnType<typeof startTestProcesses>

/**
 * As many as there are cores.
 *
 * @param isNoting what they run tells what each test reached
 */
export function startTestProcesses({ isNoting = false } = {}) {
  const all = new Set<ChildProcess>()
  const begin = async () => {
    const child = await started(isNoting)
    all.add(child)
    return child
  }
  const idle = Array.from({ length: availableParallelism() }, begin)
  const waiting: ((child: Promise<ChildProcess>) => void)[] = []

  const take = (): Promise<ChildProcess> =>
    idle.shift() ?? new Promise((resolve) => waiting.push(resolve))
  const give = (child: Promise<ChildProcess>) => {
    const next = waiting.shift()
    if (next) next(child)
    else idle.push(child)
  }

  return {
    /** The answer; nothing if there is none in time, because what was changed never ends. */
    async ask(question: Question, timeoutMs: number): Promise<Answer | undefined> {
      const child = await take()
      const answer = await answered(child, question, timeoutMs)
      if (answer) {
        give(Promise.resolve(child))
        return answer
      }
      child.kill('SIGKILL')
      all.delete(child)
      give(begin())
      return undefined
    },

    async close(): Promise<void> {
      // One that takes the place of another may not have begun yet.
      await Promise.all(idle)
      for (const child of all) child.kill('SIGKILL')
    },
  }
}

async function started(isNoting: boolean): Promise<ChildProcess> {
  const file = resolve(import.meta.dirname, 'testProcess.ts')
  const child = fork(file, isNoting ? ['--noting'] : [], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    serialization: 'advanced',
  })
  await new Promise((resolve) => child.once('message', resolve))
  return child
}

function answered(child: ChildProcess, question: Question, timeoutMs: number) {
  return new Promise<Answer | undefined>((resolve) => {
    const end = (answer?: Answer) => {
      clearTimeout(timer)
      child.off('exit', none).off('message', end)
      resolve(answer)
    }
    const none = () => end()
    const timer = setTimeout(none, timeoutMs)
    child.once('exit', none).once('message', end)
    child.send(question)
  })
}
