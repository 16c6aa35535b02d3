/** Which mutants are none, because the compiler would not let them pass, and no test has to. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { ROOT, textOf } from '../testProcesses.ts'

export type Changed = { readonly file: string; readonly text: string }

/** Within the project, so that the compiler finds its packages. */
const PLACE = join(ROOT, '.cache/compiling')
/** Each is a file of its own to the compiler, which holds all of a run in memory. */
const RUN_MAX = 500

/** Those of the files, as they are changed, that do not compile; as they are stored all must. */
export function refusedByCompiler<T extends Changed>(changed: readonly T[]): Set<T> {
  const unchanged = [...new Set(changed.map(({ file }) => file))].map((file) => ({
    file,
    text: textOf(file),
  }))
  const broken = refusedOf(unchanged).map(({ file }) => file)
  if (broken.length > 0) throw new Error(`as they are these do not compile: ${broken.join(', ')}`)

  const runs = Array.from({ length: Math.ceil(changed.length / RUN_MAX) }, (_, i) =>
    changed.slice(i * RUN_MAX, (i + 1) * RUN_MAX),
  )
  return new Set(runs.flatMap(refusedOf))
}

/** Each stands in a folder of its own, and finds the files that it imports where they are stored. */
function refusedOf<T extends Changed>(changed: readonly T[]): T[] {
  const folders = changed.map((_, i) => join(PLACE, String(i)))
  const files = changed.map(({ file, text }, i) => {
    const path = join(PLACE, String(i), file)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    return path
  })
  const { compilerOptions } = JSON.parse(readFileSync(join(ROOT, 'tsconfig.json'), 'utf8'))
  const config = join(PLACE, 'tsconfig.json')
  const options = {
    ...compilerOptions,
    rootDirs: [ROOT, ...folders],
    typeRoots: [join(ROOT, 'node_modules/@types')],
  }
  writeFileSync(config, JSON.stringify({ compilerOptions: options, files, include: [] }))
  try {
    const tsc = join(ROOT, 'node_modules/.bin/tsc')
    const { stdout, error } = spawnSync(tsc, ['-p', config, '--pretty', 'false'], {
      cwd: ROOT,
      encoding: 'utf8',
      maxBuffer: Number.POSITIVE_INFINITY,
    })
    if (error) throw error
    const wrong = [...stdout.matchAll(/^(.+?)\(\d+,\d+\): error /gm)].map(([, path = '']) =>
      relative(PLACE, resolve(ROOT, path)),
    )
    const refused = new Set(wrong.map((path) => path.split('/', 1)[0]))
    return changed.filter((_, i) => refused.has(String(i)))
  } finally {
    rmSync(PLACE, { recursive: true, force: true })
  }
}
