/** Security. */
import type { Row } from "../row.ts";

export const rows: readonly Row[] = [
  {
    id: "S01",
    rule: "No redirect takes a credential, in whatever header, cookie, query or body, to another origin.",
    status: "held",
  },
  { id: "S02", rule: "No path, base URL, parameter or link moves a credential to another origin.", status: "held" },
  { id: "S03", rule: "Addresses that are not https are refused, loopback excepted.", status: "held" },
  { id: "S04", rule: "A path parameter stays one segment, and never a dot segment.", status: "held" },
  {
    id: "S05",
    rule: "A token or credential that fits no header is refused before it is sent, and not shown.",
    status: "held",
  },
  { id: "S06", rule: "Whatever a vendor says becomes one short line without control characters.", status: "held" },
  {
    id: "S07",
    rule: "A secret that a vendor echoes is removed by value, in every form it travels in.",
    status: "held",
  },
  { id: "S08", rule: "No error holds a secret, at any depth, whatever went wrong.", status: "held" },
  { id: "S09", rule: "Clients, their parts, stores and results show no secret when inspected.", status: "held" },
  {
    id: "S10",
    rule: "Nothing that is logged, published or traced holds a secret or a query, with every debug switch on.",
    status: "held",
  },
  { id: "S11", rule: "No token is ever in an address.", status: "held" },
  { id: "S12", rule: "Stored files are the user's own, and not readable by others.", status: "held" },
  {
    id: "S13",
    rule: "A crash while a record is written leaves the old or the new one.",
    status: "held",
  },
  {
    id: "S14",
    rule: "An encrypted record that was moved to another tenant's key is refused.",
    status: "held",
  },
  { id: "S15", rule: "Encryption keys rotate; a missing key is a typed error.", status: "held" },
  { id: "S16", rule: "A polluted prototype gives no token and no error: own properties are read.", status: "held" },
  {
    id: "S17",
    rule: "A discovery document cannot move the token endpoint to another host.",
    status: "held",
  },
  { id: "S18", rule: "Keys and owners in a store hold hashes and random names.", status: "held" },
  {
    id: "S19",
    rule: "Credentials go to the vendor's own origins, whatever a tenant gives or an answer says.",
    status: "held",
  },
  { id: "S20", rule: "A fetch option is captured when a client is made.", status: "held" },
];
