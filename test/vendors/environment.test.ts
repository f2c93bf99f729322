import { afterEach, describe, expect, it } from "vitest";
import { type ConnectOptions, connect } from "../../src/index.ts";
import type { Vendor } from "../../src/vendor.ts";
import { evaluate, generateText, textOf } from "../support/generated.ts";

/** Which environment variables a client reads, counted at `process.env`. */
const document = `openapi: 3.1.0
info: { title: Acme, version: "1" }
servers:
  - url: https://{region}.acme.example/{tenant}
    x-latchkey-server: { name: live, environment: { clientId: ACME_ID, clientSecret: ACME_SECRET } }
    variables:
      region: { default: eu, x-latchkey-variable: { environment: ACME_REGION } }
      tenant: { default: none, x-latchkey-variable: { required: true, environment: ACME_TENANT } }
security: [{ oauth: [] }]
paths: {}
components:
  securitySchemes: { oauth: { type: oauth2, flows: { clientCredentials: { tokenUrl: https://eu.acme.example/t, scopes: {} } } } }
`;
const variables = { ACME_ID: "id", ACME_SECRET: "secret", ACME_REGION: "us", ACME_TENANT: "t-1", AWS_SECRET: "theirs" };
const credentials = { clientId: "mine", clientSecret: "mine" };
const before = process.env;
afterEach(() => {
  process.env = before;
});

describe("credentials that are given", () => {
  it.each<readonly [string, ConnectOptions["credentials"]]>([
    ["as an object", credentials],
    ["as a function", () => Promise.resolve(credentials)],
  ])("%s: no environment variable is read, for the server neither", async (_, given) => {
    const vendor = await vendorOf(document);
    const read = recordReads(variables);
    const client = connect(vendor, { credentials: given, server: { variables: { tenant: "mine" } } });
    expect(client.auth.status()).toMatchObject([{ state: "signed_out" }]);
    expect(read()).toEqual([]);
  });

  it("need a required server variable beside them, and the message says how to give it", async () => {
    const vendor = await vendorOf(document);
    const read = recordReads(variables);
    expect(() => connect(vendor, { credentials })).toThrow(
      "give server: { variables: { tenant } } (ACME_TENANT is not read if credentials are given)",
    );
    expect(read()).toEqual([]);
  });
});

describe("without credentials", () => {
  it("the variables of the chosen server are read, each by its own name, and no other", async () => {
    const vendor = await vendorOf(document);
    const read = recordReads(variables);
    connect(vendor);
    expect(read()).toEqual(["ACME_ID", "ACME_REGION", "ACME_SECRET", "ACME_TENANT"]);
  });

  it("a server variable that the caller gives is not read", async () => {
    const vendor = await vendorOf(document);
    const read = recordReads(variables);
    connect(vendor, { server: { variables: { tenant: "mine" } } });
    expect(read()).toEqual(["ACME_ID", "ACME_REGION", "ACME_SECRET"]);
  });

  it("a required server variable that is not set is named beside the option that gives it", async () => {
    const vendor = await vendorOf(document);
    recordReads({});
    expect(() => connect(vendor)).toThrow("give server: { variables: { tenant } } or set ACME_TENANT");
  });

  it("nothing is read for an address of one's own", async () => {
    const vendor = await vendorOf(document);
    const read = recordReads(variables);
    expect(() =>
      connect(vendor, { server: { url: "https://proxy.example", hosts: { auth: "https://proxy.example" } } }),
    ).toThrow("there are no credentials");
    expect(read()).toEqual([]);
  });
});

describe("names that every object has", () => {
  const named = (name: string) => `openapi: 3.1.0
info: { title: Acme, version: "1" }
servers:
  - url: "https://{${name}}.acme.example"
    variables: { ${name}: { default: eu, x-latchkey-variable: { environment: ACME_REGION } } }
security: [{ key: [] }]
paths: {}
components: { securitySchemes: { key: { type: apiKey, in: header, name: X-Key } } }
`;

  it.each(["__proto__", "constructor", "toString"])("%s is a server variable like any other", async (name) => {
    const vendor = await vendorOf(named(name));
    const given = (value: string) => Object.fromEntries([[name, value]]);
    const options = (value: string) => ({ credentials: { apiKey: "k" }, server: { variables: given(value) } });
    expect(() => connect(vendor, options("a/b"))).toThrow(`server.variables.${name} is not part of a host name`);
    expect(() => connect(vendor, options("us"))).not.toThrow();
    recordReads({ ACME_API_KEY: "k", ACME_REGION: "a/b" });
    expect(() => connect(vendor)).toThrow(`server.variables.${name} is not part of a host name`);
  });

  it.each(["__proto__", "constructor", "toString"])("%s without a value of its own is nothing", async (name) => {
    const vendor = await vendorOf(document);
    const [server] = Object.values(vendor.servers);
    const odd = { ...vendor, servers: { live: { ...server, url: `https://{${name}}.acme.example`, variables: {} } } };
    expect(() => connect(odd, { credentials })).toThrow(`server.variables.${name} is not part of a host name`);
    const environment = { clientId: name, clientSecret: "ACME_SECRET" };
    const inherited = { ...vendor, servers: { live: { url: "https://acme.example", environment } } };
    recordReads({ ACME_SECRET: "secret" });
    expect(() => connect(inherited)).toThrow(`ACME_SECRET is set and ${name} is not`);
  });
});

async function vendorOf(text: string): Promise<Vendor> {
  return Object(evaluate(textOf(await generateText(text), "vendor.ts")).acme);
}

/** Puts these variables in place of the process's; what it returns lists the names that were looked up since, each once. */
function recordReads(given: Readonly<Record<string, string>>): () => string[] {
  const names = new Set<string>();
  const noted = <T extends PropertyKey>(name: T): T => {
    names.add(String(name));
    return name;
  };
  process.env = new Proxy<Record<string, string>>(
    { ...given },
    {
      get: (target, name) => Reflect.get(target, noted(name)),
      has: (target, name) => Reflect.has(target, noted(name)),
      getOwnPropertyDescriptor: (target, name) => Reflect.getOwnPropertyDescriptor(target, noted(name)),
      ownKeys(target) {
        noted("all names");
        return Reflect.ownKeys(target);
      },
    },
  );
  return () => [...names].sort();
}
