/** The mails that Cognito sends to payers: their words, and from which address. */
import { UserPoolEmail, type UserPoolProps } from 'aws-cdk-lib/aws-cognito'
import type { Brand } from './brand.ts'

/** An invited payer has this many days for the first sign-in; then the invitation has to be sent again. */
export const INVITATION_DAYS = 3

/**
 * The words of the mails. Cognito's own name neither the service nor the page, and call each address that of a "new
 * account".
 */
export const mails = (
  siteUrl: string,
  { name }: Brand,
): Pick<UserPoolProps, 'userInvitation' | 'userVerification'> => {
  const inHtml = name.replaceAll('&', '&amp;')
  const page = `<a href="${siteUrl}">${siteUrl}</a>`
  return {
    userInvitation: {
      emailSubject: `You are invited to ${name}`,
      emailBody:
        `<p>With ${inHtml} you approve payments on your own phone: ${page}</p>` +
        // Each on a line of its own, so that no full stop is taken for a part of it.
        '<p>Sign in with your e-mail address<br>{username}</p>' +
        '<p>and this password, which you change as you sign in:<br><b>{####}</b></p>' +
        `<p>It is good for ${INVITATION_DAYS} days.</p>`,
    },
    userVerification: {
      emailSubject: `Your code for ${name}`,
      emailBody:
        `<p>This code confirms your e-mail address for ${inHtml}, ${page}</p>` +
        '<p><b>{####}</b></p>' +
        '<p>If you did not ask for it, ignore this mail, and tell nobody the code.</p>',
    },
  }
}

/** Mails by Amazon SES, from this address or domain. */
export function sesEmail(
  identity: string,
  region: string | undefined,
  { name }: Brand,
): UserPoolEmail {
  const isAddress = identity.includes('@')
  return UserPoolEmail.withSES({
    fromEmail: isAddress ? identity : `no-reply@${identity}`,
    fromName: name,
    ...(!isAddress && { sesVerifiedDomain: identity }),
    ...(region && { sesRegion: region }),
  })
}
