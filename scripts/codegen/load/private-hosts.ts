/** Hosts that only this machine or its network reaches: a document from elsewhere must not make the generator request them. */
import { BlockList, isIPv4, isIPv6 } from "node:net";

/** What IANA's registries list as not globally reachable. */
const privateAddresses = new BlockList();
for (const [network, prefix] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["224.0.0.0", 3],
] as const)
  privateAddresses.addSubnet(network, prefix, "ipv4");
for (const [network, prefix] of [
  ["::", 127],
  // NAT64 of a network's own (RFC 8215).
  ["64:ff9b:1::", 48],
  ["fc00::", 7],
  // Link-local, site-local and multicast addresses.
  ["fe80::", 9],
  ["ff00::", 8],
] as const)
  privateAddresses.addSubnet(network, prefix, "ipv6");

/** IPv6 addresses that a gateway turns into the IPv4 address within them: their prefix, and the first group of that address. */
const carriers = [
  // IPv4-compatible and IPv4-mapped (RFC 4291 §2.5.5), and NAT64 (RFC 6052 §2.1).
  { prefix: [0, 0, 0, 0, 0, 0], at: 6 },
  { prefix: [0, 0, 0, 0, 0, 0xffff], at: 6 },
  { prefix: [0, 0, 0, 0, 0xffff, 0], at: 6 },
  { prefix: [0x64, 0xff9b, 0, 0, 0, 0], at: 6 },
  // 6to4 (RFC 3056 §2).
  { prefix: [0x2002], at: 1 },
];

/** @param hostname of a URL: the platform has brought numbers of any spelling into their usual form. */
export function isPrivateHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/gu, "");
  if (isIPv4(host)) return privateAddresses.check(host, "ipv4");
  if (isIPv6(host)) return privateAddresses.check(host, "ipv6") || carriedAddresses(host).some(isPrivateHost);
  return /(?:^|\.)(?:localhost|local|internal)\.?$/iu.test(host);
}

/** The IPv4 addresses within an IPv6 address. */
function carriedAddresses(host: string): string[] {
  const groups = toGroups(host);
  return carriers
    .filter(({ prefix }) => prefix.every((group, index) => groups[index] === group))
    .map(({ at }) => [groups[at] ?? 0, groups[at + 1] ?? 0].flatMap((group) => [group >> 8, group & 0xff]).join("."));
}

/** The eight groups of an IPv6 address, as a URL writes it: in hexadecimal, with at most one `::`. */
function toGroups(host: string): number[] {
  const [before = [], after = []] = host
    .split("::")
    .map((part) => part.split(":").flatMap((group) => (group === "" ? [] : [Number.parseInt(group, 16)])));
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after];
}
