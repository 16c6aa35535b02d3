import { brandName } from './brandName.ts'

/** Why only a phone can let it through. */
export const phoneNeededWords = {
  oneOfYours: `One of your phones that approve must let this through. Open ${brandName} there.`,
  thisOne: (name: string) => `Your phone “${name}” must let this through. Open ${brandName} there.`,
  waits: (name: string, from: string) =>
    `Only a phone that approves can let this through. “${name}” can from ${from} on.`,
  removed:
    'Your phones that approve were removed, so nothing can be paid now. Put one back, or add a phone.',
  noneLeft:
    'You have no phone that approves any more, so this can’t be let through now. Add a phone.',
  addFirst: 'Before you can pay, add a phone.',
  confirmFirst: 'Before you can pay, confirm your phone.',
  noneYet: 'Payments are approved with a phone that you add to your account. Add yours first.',
}
