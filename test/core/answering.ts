/** Test support: ports that answer as they are told, and note what they are asked, in order. */

export const NOON = new Date('2026-11-21T12:00:00.000Z')
export const at = (seconds: number) => new Date(NOON.getTime() + seconds * 1000)

export function answering() {
  const asked: unknown[][] = []
  const underWay = new Set<unknown>()
  const together: string[] = []
  let ms = NOON.getTime()
  return {
    /** What was asked so far: the method, then what it was given. */
    asked,
    names: () => asked.map(([name]) => name),
    /** What a method was given, each time. */
    given: (name: string) => asked.filter(([one]) => one === name).map(([, ...given]) => given),

    /** What was asked while something else had not been answered yet. */
    together,
    unanswered: () => underWay.size,

    /** A port with these answers; to be asked for anything else is a fault. */
    port: <P extends object>(answers: NoInfer<Partial<P>>): P =>
      new Proxy({} as P, {
        get(_, name) {
          const answer: unknown = Reflect.get(answers, name)
          if (answer === undefined && !Reflect.has(answers, name)) {
            throw new Error(`${String(name)} was not to be asked`)
          }
          if (typeof answer !== 'function') return answer
          return (...given: unknown[]) => {
            asked.push([name, ...given])
            if (underWay.size > 0) together.push(String(name))
            const answered: unknown = answer(...given)
            if (answered instanceof Promise) {
              const over = () => underWay.delete(answered)
              underWay.add(answered)
              answered.then(over, over)
            }
            return answered
          }
        },
      }),

    /** It is noon, until something takes its time. */
    clock: () => new Date(ms),
    takes: (seconds: number) => {
      ms += seconds * 1000
    },
  }
}
