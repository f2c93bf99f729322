/** A client as plain as can be: it signs in by the document's own request templates and calls operations by their ids. */
import { join } from "node:path";
import { readSandboxDocument, type SandboxDocument } from "../../../scripts/sandbox/spec/document.ts";
import { type Sandbox, type SandboxOptions, startSandbox } from "../../../scripts/sandbox/index.ts";
import { isObject, type Json } from "../../../scripts/codegen/util/json.ts";
import { membersOf, readPointer } from "../../../scripts/sandbox/spec/json.ts";
import type { TokenOperation } from "../../../scripts/sandbox/spec/security-scheme.ts";

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** undefined where the body is not JSON. */
  readonly body: Json | undefined;
  at(pointer: string): Json | undefined;
}

export interface CallOptions {
  readonly path?: Readonly<Record<string, string | number>>;
  readonly query?: Readonly<Record<string, string | number>>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Of the main scheme, sent as its bearer. */
  readonly token?: string | undefined;
}

export interface VendorClient extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly document: SandboxDocument;
  call(operation: string, options?: CallOptions): Promise<Answer>;
  /** The raw answer of a sign-in with these credentials. */
  signIn(credentials?: Readonly<Record<string, string>>, options?: SignInOptions): Promise<Answer>;
  /** A good access token. */
  token(credentials?: Readonly<Record<string, string>>, options?: SignInOptions): Promise<string>;
}

export interface SignInOptions {
  readonly scheme?: string;
  readonly grant?: string;
  /** The bearer beside a second party's sign-in. */
  readonly token?: string;
}

export const specs = join(import.meta.dirname, "..", "..", "..", "specs");

export async function openVendor(
  vendor: string,
  options: Omit<SandboxOptions, "document"> = {},
): Promise<VendorClient> {
  return openDocument(join(specs, vendor, "openapi.yaml"), options);
}

export async function openDocument(
  path: string,
  options: Omit<SandboxOptions, "document"> = {},
): Promise<VendorClient> {
  const { overlay } = options;
  const document = await readSandboxDocument({ document: path, ...(overlay === undefined ? {} : { overlay }) });
  const sandbox = await startSandbox({ ...options, document: path });

  const call: VendorClient["call"] = async (id, { path: values = {}, query = {}, body, headers = {}, token } = {}) => {
    const operation = document.operations.find((one) => one.id === id);
    if (!operation) throw new Error(`the document has no operation "${id}"`);
    const base = operation.host === undefined ? sandbox.server.url : sandbox.server.hosts?.[operation.host];
    const filled = operation.path.replaceAll(/\{([^}]+)\}/gu, (_, name: string) =>
      encodeURIComponent(String(values[name])),
    );
    const url = new URL(`${base}${filled}`);
    for (const [name, value] of Object.entries(query)) url.searchParams.append(name, String(value));
    const type = Object.keys(operation.body?.content ?? {})[0];
    const response = await fetch(url, {
      method: operation.method,
      headers: {
        ...(body === undefined || type === undefined ? {} : { "content-type": type }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: toText(body) }),
    });
    return toAnswer(response);
  };

  const main = Object.values(document.schemes).find(({ secondParty }) => secondParty === undefined)?.name ?? "";
  const signIn: VendorClient["signIn"] = (credentials = sandbox.credentials, { scheme = main, grant, token } = {}) => {
    const operations = document.schemes[scheme]?.lifecycle?.operations.filter(({ phase }) => phase === "obtain") ?? [];
    const operation = operations.find((one) => grant === undefined || one.grant === grant);
    if (!operation) throw new Error(`the scheme "${scheme}" has no sign-in`);
    return call(operation.operation.id, { ...toTokenRequest(operation, credentials), token });
  };

  return {
    sandbox,
    document,
    call,
    signIn,
    async token(credentials, signInOptions = {}) {
      const answer = await signIn(credentials, signInOptions);
      const shapes = document.schemes[signInOptions.scheme ?? main]?.lifecycle?.responses ?? [];
      for (const { accessToken, item } of shapes) {
        const list = item && `${pointerOf(item.in)}/0`;
        const value = answer.at(`${list ?? ""}${pointerOf(accessToken)}`);
        if (typeof value === "string") return value;
      }
      throw new Error(`no token came: ${answer.status} ${answer.text}`);
    },
    [Symbol.asyncDispose]: () => sandbox.close(),
  };
}

const pointerOf = (expression: string): string => expression.split("#", 2)[1] ?? "";

/** The body and headers of a token request, by the lifecycle's template. */
export function toTokenRequest(
  operation: TokenOperation,
  credentials: Readonly<Record<string, string>>,
): { body: string; headers: Record<string, string> } {
  const fill = (template: Json): Json | undefined => {
    if (isObject(template)) {
      const entries = membersOf(template).map(([name, part]) => [name, fill(part)] as const);
      return Object.fromEntries(entries.flatMap(([name, part]) => (part === undefined ? [] : [[name, part]])));
    }
    return typeof template === "string" && template.startsWith("$credentials.")
      ? credentials[template.slice(13)]
      : template;
  };
  const filled = fill(operation.request) ?? {};
  const form = Object.keys(operation.operation.body?.content ?? {})[0] === "application/x-www-form-urlencoded";
  const fields = isObject(filled) ? Object.entries(filled).map(([name, value]) => [name, String(value)]) : [];
  const basic = Buffer.from(`${credentials.clientId}:${credentials.clientSecret}`).toString("base64");
  return {
    body: form ? new URLSearchParams(fields).toString() : JSON.stringify(filled),
    headers: ["client_secret_basic", "any"].includes(operation.clientAuthentication)
      ? { authorization: `Basic ${basic}` }
      : {},
  };
}

const toText = (body: unknown): string => (typeof body === "string" ? body : JSON.stringify(body));

async function toAnswer(response: Response): Promise<Answer> {
  const text = await response.text();
  let body: Json | undefined;
  try {
    body = JSON.parse(text);
  } catch {
    body = undefined;
  }
  return {
    status: response.status,
    headers: response.headers,
    text,
    body,
    at: (pointer) => readPointer(body, pointer),
  };
}
