/** Which addresses belong to the internet, and which to a machine, a network of its own, or the cloud's inside. */
import { BlockList, isIPv4, isIPv6 } from 'node:net'

/** IANA's IPv4 Special-Purpose Address Registry, and multicast. */
const INWARD_V4 = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const
/** Of IPv6 only 2000::/3 is the internet, without what is for documents or wraps an IPv4 address. */
const OUTWARD_V6 = ['2000::', 3] as const
const INWARD_V6 = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const

const inward = new BlockList()
for (const [net, prefix] of INWARD_V4) inward.addSubnet(net, prefix, 'ipv4')
for (const [net, prefix] of INWARD_V6) inward.addSubnet(net, prefix, 'ipv6')
const outward = new BlockList()
outward.addSubnet(...OUTWARD_V6, 'ipv6')

/** Whether an address is one of the internet. */
export function isPublic(address: string): boolean {
  if (isIPv4(address)) return !inward.check(address, 'ipv4')
  return isIPv6(address) && outward.check(address, 'ipv6') && !inward.check(address, 'ipv6')
}
