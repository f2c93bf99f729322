/** A document with given text in every place where text is a name, a key or an address. */
import { oneLine, type TextAt } from "./places.ts";

const toReference = (section: string, name: string) => ({
  $ref: `#/components/${section}/${name.replaceAll("%", "%25").replaceAll("~", "~0").replaceAll("/", "~1")}`,
});

/** An object with members of its own, `__proto__` too. */
const own = (...members: readonly (readonly [name: string, value: unknown])[]): object => Object.fromEntries(members);

export const documentWithNames = (text: TextAt): object => ({
  openapi: "3.1.0",
  info: { title: "Acme", version: "1" },
  servers: [
    {
      url: `https://acme.example/${text("server path")}`,
      description: text("server name"),
      variables: own([text("variable"), { default: text("variable default") }]),
    },
    { url: text("server address"), description: text("server name 2") },
  ],
  security: [own([text("scheme"), []]), own([text("key scheme"), []])],
  tags: [{ name: text("tag") }],
  paths: own(
    [
      `/${text("path")}`,
      {
        parameters: [
          {
            name: text("parameter in the path"),
            in: "path",
            required: true,
            schema: toReference("schemas", text("schema")),
          },
        ],
        post: {
          operationId: text("operation"),
          tags: [text("tag")],
          servers: [{ url: `https://${text("host")}` }],
          parameters: [
            { name: text("query"), in: "query", schema: { enum: [text("value"), `${text("value")}2`] } },
            { name: text("header parameter"), in: "header", schema: { type: "array", items: { const: text("item") } } },
            {
              name: text("cookie"),
              in: "cookie",
              content: own([text("parameter media type"), { schema: { type: "string" } }]),
            },
          ],
          requestBody: {
            content: own(
              [
                "application/x-www-form-urlencoded",
                {
                  schema: toReference("schemas", text("schema")),
                  encoding: own([text("property"), { contentType: text("encoding"), style: "form" }]),
                },
              ],
              [
                text("media type"),
                { schema: { properties: own([text("property"), { type: "string" }]), required: [text("property")] } },
              ],
            ),
          },
          responses: own(
            [text("status"), { description: "A" }],
            ["200", toReference("responses", text("response component"))],
            [
              "4XX",
              {
                description: "A",
                content: own([
                  text("media type"),
                  { schema: { type: "object", properties: own([text("property 2"), { type: "string" }]) } },
                ]),
              },
            ],
          ),
        },
        get: {
          operationId: text("operation 2"),
          "x-latchkey-pagination": {
            scheme: "page",
            in: "query",
            position: text("position"),
            items: `$response.body#/${oneLine(text("items"))}`,
          },
          "x-latchkey-bulk": {
            rows: `/${oneLine(text("rows"))}`,
            results: { rows: "$response.body", success: `/${oneLine(text("success"))}` },
          },
          responses: {
            "200": { description: "A", content: { "application/json": { schema: { type: "array", items: {} } } } },
          },
        },
      },
    ],
    [`/a/${text("path")}`, { delete: { responses: {} } }],
  ),
  webhooks: own([text("webhook"), { post: { operationId: text("webhook operation"), responses: {} } }]),
  components: {
    schemas: own(
      [
        text("schema"),
        {
          type: "object",
          properties: own(
            [text("property"), { type: "string", default: text("default") }],
            [text("property 2"), toReference("schemas", text("schema 2"))],
          ),
          required: [text("property"), text("required")],
          patternProperties: own([text("pattern"), { type: "number" }]),
          dependentRequired: own([text("property"), [text("required")]]),
          dependentSchemas: own([text("property"), { required: [text("required")] }]),
        },
      ],
      [
        text("schema 2"),
        {
          oneOf: [
            toReference("schemas", text("schema")),
            { type: "string", pattern: text("pattern"), format: text("format") },
          ],
          discriminator: {
            propertyName: text("property"),
            mapping: own([text("mapping"), toReference("schemas", text("schema")).$ref]),
          },
        },
      ],
    ),
    responses: own([
      text("response component"),
      {
        description: "A",
        headers: own([text("header"), { description: "A", schema: { type: "integer" } }]),
        content: own([text("media type"), { schema: toReference("schemas", text("schema")) }]),
      },
    ]),
    securitySchemes: own(
      [
        text("scheme"),
        {
          type: "oauth2",
          flows: {
            clientCredentials: { tokenUrl: text("token address"), scopes: own([text("scope"), text("scope text")]) },
          },
        },
      ],
      [text("key scheme"), { type: "apiKey", in: "header", name: text("key header") }],
    ),
  },
});
