/** Test support: what the printed commands ask of openssl, done by Node, for a machine on which openssl is not installed. */
import { createHash, verify } from 'node:crypto'
import { readFileSync } from 'node:fs'

const [command, ...options] = process.argv.slice(2)
const given = (name) => options[options.indexOf(name) + 1]
const file = options.at(-1) ?? ''

if (command === 'base64') {
  const input = readFileSync(0)
  const decoded = () => Buffer.from(input.toString(), 'base64')
  process.stdout.write(options.includes('-d') ? decoded() : input.toString('base64'))
} else if (options.includes('-binary')) {
  process.stdout.write(createHash('sha256').update(readFileSync(file)).digest())
} else {
  const key = readFileSync(given('-verify'), 'utf8')
  const isRight = verify('sha256', readFileSync(file), key, readFileSync(given('-signature')))
  console.log(isRight ? 'Verified OK' : 'Verification failure')
  process.exitCode = isRight ? 0 : 1
}
