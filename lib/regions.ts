/** The regions of AWS to which a stage may be deployed. */
import { RegionInfo } from 'aws-cdk-lib/region-info'
import { hasSiteLog, WITHOUT_SITE_LOG } from './siteLog.ts'

/**
 * Why a stage cannot be in this region, as the end of a sentence; undefined if it can. A region that is newer than
 * AWS's list in `aws-cdk-lib` has to be enabled first, as every region since 2019, so it would be refused anyway.
 */
export function regionFault(region: string): string | undefined {
  const all = RegionInfo.regions
    .map(({ name }) => name)
    .filter((name) => hasSiteLog(name) && isOfAws(name))
  if (all.includes(region)) return undefined
  if (RegionInfo.regions.some(({ name }) => name === region) && !isOfAws(region)) {
    return `may not be ${region}: it is not of AWS's ordinary partition, and what Payfriend needs, CloudFront first, is not there`
  }
  if (RegionInfo.regions.some(({ name }) => name === region)) {
    return `may not be ${region}: ${WITHOUT_SITE_LOG}`
  }
  const alike = all.filter((name) => name.startsWith(region.replace(/-?\d*$/, '-')))
  return alike.length > 0
    ? `may not be "${region}", which is no region of AWS: ${alike.join(', ')} ${alike.length > 1 ? 'are some' : 'is one'}`
    : `must be a region of AWS, like eu-west-1 or us-east-1, and "${region}" is none`
}

/** Whether it is neither in China nor in one of the clouds for governments, whose names of resources begin otherwise. */
const isOfAws = (region: string) => RegionInfo.get(region).partition === 'aws'
