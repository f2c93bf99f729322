/** Hosts that only this machine or its network reaches: a document from elsewhere must not make the generator request them. */
import { BlockList, isIP } from "node:net";

/** RFC 1122 (loopback, this network), RFC 1918 (private), RFC 3927 (link-local), RFC 6598 (shared), RFC 4193 and RFC 4291 (IPv6). */
const privateAddresses = new BlockList();
for (const [network, prefix] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
] as const)
  privateAddresses.addSubnet(network, prefix, "ipv4");
for (const [network, prefix] of [
  ["::", 127],
  ["fc00::", 7],
  ["fe80::", 10],
] as const)
  privateAddresses.addSubnet(network, prefix, "ipv6");

/** @param hostname of a URL: the platform has brought numbers of any spelling into their usual form. */
export function isPrivateHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/gu, "");
  const version = isIP(host);
  if (version !== 0) return privateAddresses.check(host, version === 4 ? "ipv4" : "ipv6");
  return /(?:^|\.)(?:localhost|local|internal)\.?$/iu.test(host);
}
