import { beforeEach, describe, expect, test } from 'vitest'
import { OWNER_INVITATION_DAYS as DAYS } from '../../functions/core/device.ts'
import {
  forgetOwnerInvitation,
  hasBrokenLink,
  OWNER_INVITATION_DAYS,
  ownerInvitation,
  takeInvitationLink,
} from '../../web/ownerInvitation.ts'
import { forgetAll } from '../../web/tabStorage.ts'
import { invitationWords } from '../../web/words/invitationWords.ts'

let address = ''

/** The page is opened at this fragment. */
function openAt(hash: string): void {
  address = hash
  takeInvitationLink(hash, (fragment) => {
    address = fragment
  })
}

beforeEach(forgetAll)

describe('the link of an invitation', () => {
  test.each(['#invitation/K7QMX4H2RW', '#/invitation/k7qmx-4h2rw'])(
    '%s is kept, and its code leaves the address at once',
    (hash) => {
      openAt(hash)
      expect(ownerInvitation()).toBe('K7QMX-4H2RW')
      expect(address).toBe('#/phone/invitation')
    },
  )

  test.each(['#invitation/', '#invitation', '#invitation/K7QMX4H2R', '#invitation/%E0%A4%A'])(
    '%s is not complete, which the page can say',
    (hash) => {
      openAt(hash)
      expect(ownerInvitation()).toBeNull()
      expect(hasBrokenLink()).toBe(true)
      expect(address).toBe('#/phone/invitation')
    },
  )

  test.each(['', '#/phone/invitation', '#/send', '#invitations/K7QMX4H2RW'])(
    '%j is none, and stays where it is',
    (hash) => {
      openAt(hash)
      expect([ownerInvitation(), hasBrokenLink()]).toEqual([null, false])
      expect(address).toBe(hash)
    },
  )
})

test('an invitation that is not used is forgotten', () => {
  openAt('#invitation/K7QMX4H2RW')
  forgetOwnerInvitation()
  expect(ownerInvitation()).toBeNull()
})

test('the page says of an invitation the days that the server lets it live', () => {
  expect(OWNER_INVITATION_DAYS).toBe(DAYS)
  const whyNotGood = invitationWords.whyNotGood('ann@example.com', OWNER_INVITATION_DAYS)
  expect(whyNotGood).toContain(`older than ${DAYS} days`)
  expect(whyNotGood).toContain('another e-mail address than ann@example.com')
})
