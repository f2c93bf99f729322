/** A document with given text in every place where text is no name: whatever it is, the generated files have the same tokens. */
import { oneLine, type TextAt } from "./places.ts";

const literally = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/gu, "\\$&");

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });

export const documentWithTexts = (text: TextAt): object => ({
  openapi: "3.1.0",
  info: { title: text("title"), version: text("version"), summary: text("info summary"), description: text("info") },
  servers: [
    {
      url: "https://{host}",
      description: text("server"),
      variables: {
        host: { default: "acme.example", enum: ["acme.example", text("variable enum")], description: text("variable") },
      },
      "x-latchkey-server": { name: "live", environment: { clientId: "ACME_ID" } },
    },
  ],
  tags: [{ name: text("tag name"), description: text("tag") }],
  externalDocs: { url: text("link of the document") },
  security: [{ machine: [] }],
  "x-latchkey-errors": {
    envelopes: [{ code: `/${oneLine(text("envelope code"))}`, message: `/${oneLine(text("envelope message"))}` }],
    table: [
      {
        status: 401,
        code: text("error code"),
        message: text("error message"),
        advice: text("advice"),
        kind: "invalid_token",
        "x-source": text("source"),
      },
      { status: 403, code: `${text("error code 2")} 2`, kind: "permission_denied" },
    ],
  },
  "x-latchkey-rate-limits": [{ requests: 1, perSeconds: 1, sharedBy: text("limit"), operations: ["listThings"] }],
  "x-other": text("other extension"),
  paths: {
    "/token": {
      post: {
        operationId: "getToken",
        security: [],
        requestBody: { content: { "application/json": { schema: ref("Thing") } } },
        responses: { "200": { description: text("token response") } },
      },
    },
    "/things/{id}": {
      summary: text("path summary"),
      description: text("path"),
      parameters: [
        { name: "id", in: "path", required: true, description: text("path parameter"), schema: { type: "string" } },
      ],
      post: {
        operationId: "listThings",
        tags: [text("tag name")],
        summary: text("summary"),
        description: text("description"),
        externalDocs: { url: text("link"), description: text("link text") },
        "x-latchkey-permission": `p${text("permission")}`,
        parameters: [
          {
            name: "q",
            in: "query",
            description: text("parameter"),
            example: text("parameter example"),
            schema: {
              type: "string",
              default: text("parameter default"),
              enum: [`${text("parameter enum")} 1`, `${text("parameter enum")} 2`],
            },
          },
          {
            name: "H",
            in: "header",
            deprecated: true,
            schema: {
              type: "string",
              description: text("parameter schema"),
              format: `date-${text("parameter format")}`,
            },
          },
          { name: "c", in: "cookie", description: text("cookie"), schema: { const: text("parameter const") } },
        ],
        requestBody: {
          description: text("body"),
          content: { "application/json": { schema: ref("Thing"), example: text("body example") } },
        },
        responses: {
          "200": {
            description: text("response"),
            headers: {
              "X-Count": {
                description: text("header"),
                schema: { type: "integer", description: text("header schema") },
              },
            },
            content: {
              "application/json": {
                schema: ref("Thing"),
                examples: { a: { value: text("example"), summary: text("example summary") } },
              },
            },
            links: { next: { operationId: "getToken", description: text("response link") } },
          },
          default: {
            description: text("default response"),
            content: { "application/json": { schema: ref("Choice") } },
          },
        },
        callbacks: { called: { "{$request.body#/url}": { post: { description: text("callback"), responses: {} } } } },
      },
    },
  },
  webhooks: { called: { post: { summary: text("webhook summary"), description: text("webhook"), responses: {} } } },
  components: {
    schemas: {
      Thing: {
        type: "object",
        title: text("schema title"),
        description: text("schema"),
        required: ["kind"],
        properties: {
          id: {
            type: "string",
            title: text("property title"),
            example: text("property example"),
            pattern: `^x${literally(text("pattern"))}$`,
          },
          name: {
            type: "string",
            description: text("property"),
            default: text("default"),
            format: `date-${text("format")}`,
          },
          kind: { const: text("const") },
          data: {
            description: text("object"),
            default: { a: [text("default in an object")], b: 1 },
            const: { a: text("const in an object") },
          },
          state: {
            enum: [`${text("enum")} 1`, `${text("enum")} 2`, 3],
            deprecated: true,
            externalDocs: { url: text("property link") },
          },
        },
        patternProperties: {
          [`^x${literally(text("pattern of names"))}`]: { type: "string", description: text("pattern property") },
        },
        not: { const: text("excluded") },
      },
      Choice: {
        oneOf: [ref("Thing"), { type: "null", description: text("alternative") }],
        description: text("choice"),
      },
    },
    securitySchemes: {
      machine: {
        type: "http",
        scheme: "bearer",
        description: text("scheme"),
        "x-latchkey-lifecycle": {
          credentials: {
            clientId: {
              description: text("credential"),
              secret: false,
              pattern: literally(text("credential pattern")),
            },
            audience: { description: text("credential 2"), default: text("credential default") },
          },
          obtain: [
            {
              operation: "getToken",
              grant: text("grant"),
              clientAuthentication: "body",
              request: {
                id: "$credentials.clientId",
                audience: "$credentials.audience",
                constant: `v${text("constant")}`,
              },
            },
          ],
          response: [{ accessToken: "$response.body#/token" }],
          tokenTypes: [text("token type")],
        },
      },
    },
  },
});
