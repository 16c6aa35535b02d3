/** How a phone is added: a file of its own, because it happens once, and each answer to a payment needs none of it. */
import '../openApprove.ts'

export { showAdd } from './add.ts'
export { showCode } from './code.ts'
export { showDigits } from './digits.ts'
