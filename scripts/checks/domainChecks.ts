/** Checks of the page's own name: its certificate, and whether another distribution has the name already. */
import { type ACMClient, DescribeCertificateCommand } from '@aws-sdk/client-acm'
import { type CloudFrontClient, ListDistributionsCommand } from '@aws-sdk/client-cloudfront'
import { type AwsClients, isNamed } from './awsClients.ts'
import { type Check, right, wrong } from './check.ts'
import { otherAccount, type Plan } from './plan.ts'
import { STANDING } from './stackCheck.ts'

type Domain = { readonly name: string; readonly certificateArn: string }

/** None without the setting `domain`. */
export const domainChecks = (plan: Plan, { certificates, cloudFront }: AwsClients): Check[] =>
  plan.settings.domain
    ? [
        certificate(plan.settings.domain, plan, certificates),
        nameFree(plan.settings.domain, plan, cloudFront),
      ]
    : []

const certificate = ({ name, certificateArn }: Domain, plan: Plan, client: ACMClient): Check => ({
  title: 'certificate',
  needs: ['acm:DescribeCertificate'],
  async look(abortSignal) {
    const other = otherAccount(certificateArn, plan)
    if (other) return wrong(`it is of ${other}, and CloudFront takes none of another`, ASK_FOR_ONE)
    const command = new DescribeCertificateCommand({ CertificateArn: certificateArn })
    try {
      const { Certificate } = await client.send(command, { abortSignal })
      const { Status, SubjectAlternativeNames = [], DomainName = '' } = Certificate ?? {}
      const wildcard = name.replace(/^[^.]+/, '*')
      if (![DomainName, ...SubjectAlternativeNames].some((one) => [name, wildcard].includes(one))) {
        return wrong(`it is for ${DomainName}, and not for ${name}`, ASK_FOR_ONE)
      }
      if (Status === 'ISSUED') return right(`${name} has one, issued in us-east-1`)
      return wrong(
        `that of ${name} is ${Status}, and not ISSUED`,
        Status === 'PENDING_VALIDATION'
          ? 'Add the CNAME record that the console of ACM names (region us-east-1) to your DNS, and wait.'
          : ASK_FOR_ONE,
      )
    } catch (error) {
      if (!isNamed(error, 'ResourceNotFoundException')) throw error
      return wrong('there is none of that ARN in this account', ASK_FOR_ONE)
    }
  },
})

const ASK_FOR_ONE =
  'Request a public certificate for the name in the console of ACM, in us-east-1, and put its ARN into payfriend.json.'

/** CloudFront lists a hundred at a time; an account has 200 of them, or some more if it has asked. */
const LISTS_MAX = 20

/** CloudFront gives a name to one distribution of all accounts; those of other accounts are listed for nobody. */
const nameFree = ({ name }: Domain, { standing }: Plan, client: CloudFrontClient): Check => ({
  title: "page's name",
  needs: ['cloudfront:ListDistributions', ...STANDING],
  async look(abortSignal) {
    const { resources = [] } = (await standing()) ?? {}
    const ours = resources.map(({ PhysicalResourceId }) => PhysicalResourceId)
    let Marker: string | undefined
    for (let lists = 0; lists < LISTS_MAX; lists += 1) {
      const command = new ListDistributionsCommand({ MaxItems: 100, ...(Marker && { Marker }) })
      const { DistributionList } = await client.send(command, { abortSignal })
      const holder = DistributionList?.Items?.find(({ Aliases }) => Aliases?.Items?.includes(name))
      if (holder) {
        return ours.includes(holder.Id)
          ? right(`${name} is the stage's own`)
          : wrong(
              `the distribution ${holder.Id} of this account has ${name} already`,
              `Take ${name} out of its alternate domain names in the console of CloudFront; from then on that distribution answers there no more.`,
            )
      }
      Marker = DistributionList?.NextMarker
      if (!Marker) break
    }
    return right(
      `no distribution of this account has ${name}; one of another account would not be seen here`,
    )
  },
})
