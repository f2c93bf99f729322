/** Finds what a document says and the client does not honour, and what callers should know before they rely on it. */
import { dereference } from "../openapi/dereference.ts";
import { type JsonObject, objectEntries, toList, toObject, toText } from "../util/json.ts";
import type { Visit } from "../openapi/walk-document.ts";
import type { Warn } from "./warnings.ts";

/** An overlay that adds a sign-in, on one line. */
const signInOverlay =
  'overlay: 1.0.0, info: { title: Sign-in, version: "1" }, actions: [{ target: $, update: { security: [{ bearer: [] }], components: { securitySchemes: { bearer: { type: http, scheme: bearer } } } } }]';

export function checkWhole(document: JsonObject, warn: Warn): void {
  const { info, paths, webhooks, components, servers, security } = document;
  if (toText(toObject(info).title) === undefined)
    warn(
      "missing-info",
      ["info"],
      "the document has no info with a title: the client is called after the vendor",
      "add info: { title, version }",
    );
  if ((paths ?? webhooks) === undefined)
    warn(
      "missing-paths",
      ["paths"],
      "the document has no paths: the client has no operations",
      "check that this is the whole document",
    );
  // An empty list says that calls need none; a list with names is checked by name.
  if (
    paths !== undefined &&
    security === undefined &&
    Object.keys(toObject(toObject(components).securitySchemes)).length === 0
  ) {
    const fix = `write security: [] if calls need none, or add a scheme with --overlay: { ${signInOverlay} }`;
    warn("no-security-scheme", [], "no security scheme is declared: calls carry no credentials", fix);
  }
  const [server] = toList(servers).map((one) => toText(toObject(one).url) ?? "");
  if (server !== undefined && /^http:/iu.test(server) && !isLoopback(server)) {
    const fix = "put an https server first, or give one: connect(vendor, { server })";
    warn("insecure-server", ["servers", 0], `the first server is ${server}: credentials travel unencrypted`, fix);
  }
}

export function checkUnused(document: JsonObject, { kind, value, path }: Visit, warn: Warn): void {
  const leftOut = (member: string, message: string, fix: string) => {
    if (Object.keys(toObject(value[member])).length > 0) warn("not-supported", [...path, member], message, fix);
  };
  switch (kind) {
    case "path item":
      if (path[0] === "paths" && path.length === 2 && String(path[1]).includes("?")) {
        const message = `the path ${JSON.stringify(path[1])} has a query string: it is sent as it is written`;
        warn("query-in-path", path, message, "describe each part of the query as a parameter");
      }
      break;
    case "operation":
      leftOut(
        "callbacks",
        "callbacks have no types: the client does not receive requests",
        "read them as unknown, and check them",
      );
      break;
    case "response":
      leftOut(
        "links",
        "links are not followed: the client has no method for them",
        "call the operation that the link names",
      );
      break;
    case "security scheme":
      checkScheme(toObject(dereference(document, value)), path, warn);
  }
}

function checkScheme(scheme: JsonObject, path: Visit["path"], warn: Warn): void {
  if (scheme["x-latchkey-lifecycle"] !== undefined) return;
  if (scheme.type === "mutualTLS") {
    const message = "mutual TLS is the connection's: the client sends no certificate";
    warn("not-supported", path, message, "give connect() a fetch that presents one");
  }
  if (scheme.type !== "oauth2") return;
  const flows = objectEntries(scheme.flows).map(([name]) => name);
  const signsIn = flows.includes("clientCredentials");
  for (const flow of flows.filter((name) => name !== "clientCredentials" && !name.startsWith("x-"))) {
    const outcome = signsIn ? "it signs in with clientCredentials" : "it takes an access token that you obtain";
    const fix = signsIn ? "nothing is to do if that is meant" : "or describe how to sign in with x-latchkey-lifecycle";
    warn("unused-flow", [...path, "flows", flow], `the client does not use the flow ${flow}: ${outcome}`, fix);
  }
}

const isLoopback = (url: string): boolean => /^http:\/\/(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?:[:/]|$)/iu.test(url);
