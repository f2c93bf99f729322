/** Small documents, one a rule of the shapes that `--types-only` shares with openapi-typescript. */
import type { TypesOptions } from "../../../scripts/codegen/types-only/options.ts";

export interface Rule {
  readonly document: string;
  /** Whether each type takes the other's values without being the same. @default false, identical */
  readonly isLoose?: boolean;
  readonly options?: TypesOptions;
}

const openapi = (version: string, rest: string): string =>
  `openapi: ${version}\ninfo: { title: Acme, version: "1" }\n${rest.replace(/^\n/u, "")}`;

const schemas = (text: string, version = "3.1.0"): string =>
  openapi(version, `paths: {}\ncomponents:\n  schemas:\n${text.replace(/^\n/u, "").replace(/^/gmu, "    ")}\n`);

const pets = `
Pet:
  type: object
  required: [id]
  properties:
    id: { type: integer, readOnly: true }
    name: { type: string, default: Rex }
    tags: { type: array, items: { type: string }, minItems: 1, maxItems: 3 }
    home: { type: object }
    old: { type: string, deprecated: true }
`;

const pathsOfPets = `
paths:
  /pets/{id}:
    parameters: [{ name: id, in: path, required: true, schema: { type: integer } }]
    get:
      operationId: getPet
      parameters:
        - { name: verbose, in: query, schema: { type: boolean, default: true } }
        - { name: old, in: query, deprecated: true, schema: { type: string } }
      responses:
        "200":
          description: Pet
          headers: { X-Rate: { schema: { type: integer } } }
          content: { application/json: { schema: { $ref: "#/components/schemas/Pet" } } }
    put:
      requestBody:
        content:
          application/json: { schema: { type: object, properties: { name: { type: string, default: Rex } } } }
      responses: { "204": { description: None } }
    delete: { deprecated: true, operationId: deletePet, responses: { "204": { description: None } } }
components:
  schemas:
${pets.replace(/^\n/u, "").replace(/^/gmu, "    ")}
`;

/** With the defaults. */
export const rules: Readonly<Record<string, Rule>> = {
  "types are TypeScript's": {
    document: schemas(`
Text: { type: string, format: date-time }
Whole: { type: integer }
Real: { type: number }
Flag: { type: boolean }
Nothing: { type: "null" }
Anything: {}
Described: { description: Any }
Any: true
None: false
`),
  },
  "null is a type of its own, in both versions' words": {
    document: schemas(`
Old: { type: string, nullable: true }
OldObject: { type: object, nullable: true, properties: { a: { type: string } } }
New: { type: [string, "null"] }
Several: { type: [string, integer, "null"] }
NewObject: { type: [object, "null"], properties: { a: { type: string } }, required: [a] }
NewList: { type: [array, "null"], items: { type: string } }
NewUnion: { type: [object, "null"], anyOf: [{ type: object, properties: { a: { type: string } } }, { type: string }] }
NewChoice: { type: [string, object, "null"], oneOf: [{ type: string }, { type: object, properties: { a: { type: string } } }] }
NewOpen: { type: [object, "null"] }
`),
  },
  "null beside allOf is what allOf makes of it": {
    document: schemas(
      `Whole: { type: [object, "null"], allOf: [{ type: object, properties: { a: { type: string } } }] }`,
    ),
    isLoose: true,
  },
  "enums are closed": {
    document: schemas(`
Words: { type: string, enum: [asc, desc] }
Numbers: { type: integer, enum: [1, -2, 3.5] }
Flags: { type: boolean, enum: [true] }
Mixed: { enum: [a, 1, true, null, [1, b], { a: 1 }] }
WithNull: { type: string, nullable: true, enum: [a] }
WithNewNull: { type: [string, "null"], enum: [a, null] }
Empty: { type: string, enum: [] }
Constant: { const: a }
Structure: { const: { a: [1, { b: c }], e: {}, f: [] } }
`),
  },
  "lists and tuples": {
    document: schemas(`
List: { type: array, items: { type: string } }
Untyped: { type: array }
Nested: { type: array, items: { type: array, items: { type: integer } } }
Either: { type: array, items: { type: string, nullable: true } }
Choice: { type: array, items: { oneOf: [{ type: string }, { $ref: "#/components/schemas/List" }] } }
Tuple: { type: array, prefixItems: [{ type: string }, { type: integer }] }
Counted: { type: array, items: { type: string }, minItems: 1, maxItems: 2 }
Words: { type: array, items: { type: string, enum: [a, b] } }
`),
  },
  "what a default fills is required, but not in what is sent": {
    document: openapi(
      "3.1.0",
      `
paths:
  /pets:
    post:
      parameters: [{ name: filter, in: query, schema: { type: object, properties: { a: { type: string, default: x } } } }]
      requestBody:
        content: { application/json: { schema: { type: object, properties: { a: { type: string, default: x } } } } }
      responses:
        "200":
          description: Pet
          content: { application/json: { schema: { type: object, properties: { a: { type: string, default: x } } } } }
components:
  parameters: { Filter: { name: f, in: query, schema: { type: object, properties: { a: { default: 1 } } } } }
  requestBodies:
    Pet: { content: { application/json: { schema: { type: object, properties: { a: { default: 1 } } } } } }
  schemas:
    Pet:
      type: object
      properties:
        name: { type: string, default: Rex }
        none: { type: string, nullable: true, default: null }
        child: { $ref: "#/components/schemas/Pet" }
`,
    ),
  },
  "one shape for both directions, with readonly for readOnly": {
    document: schemas(`
Pet:
  type: object
  required: [id, secret]
  properties:
    id: { type: integer, readOnly: true }
    secret: { type: string, writeOnly: true }
    plain: { type: string }
`),
  },
  "members of any name": {
    document: schemas(`
Open: { type: object, additionalProperties: true }
Empty: { type: object, additionalProperties: {} }
Closed: { type: object, additionalProperties: false }
Map: { type: object, additionalProperties: { type: string } }
Both: { type: object, properties: { a: { type: string } }, additionalProperties: { type: string } }
Patterns: { type: object, patternProperties: { "^a": { type: string }, "^b": { type: integer } } }
Untyped: { additionalProperties: { $ref: "#/components/schemas/Map" } }
Nothing: { type: object }
Required: { required: [a] }
`),
  },
  "allOf is an intersection, with what the whole requires": {
    document: schemas(`
Base: { type: object, properties: { a: { type: string }, b: { type: integer, readOnly: true } } }
Whole:
  required: [a, b, c]
  allOf:
    - $ref: "#/components/schemas/Base"
    - { type: object, required: [d], properties: { c: { type: string }, d: { type: string }, e: { type: string } } }
Own: { type: object, properties: { f: { type: string } }, allOf: [{ $ref: "#/components/schemas/Base" }] }
Alone: { allOf: [{ $ref: "#/components/schemas/Base" }], nullable: true, description: One }
`),
  },
  "anyOf and oneOf are unions": {
    document: schemas(`
A: { type: object, properties: { a: { type: string } } }
B: { type: object, properties: { b: { type: string } }, required: [b] }
Any: { anyOf: [{ $ref: "#/components/schemas/A" }, { type: string }] }
One: { oneOf: [{ $ref: "#/components/schemas/A" }, { $ref: "#/components/schemas/B" }] }
Beside: { type: object, properties: { c: { type: string } }, oneOf: [{ $ref: "#/components/schemas/A" }, { $ref: "#/components/schemas/B" }] }
BesideAny: { type: object, properties: { c: { type: string } }, anyOf: [{ $ref: "#/components/schemas/A" }, { required: [b] }] }
Primitive: { type: string, oneOf: [{ type: string }, { type: integer }] }
Words: { oneOf: [{ enum: [a] }, { const: b }, { type: "null" }] }
Three: { oneOf: [{ type: string }], anyOf: [{ type: integer }], allOf: [{ $ref: "#/components/schemas/A" }] }
`),
  },
  "a discriminator's values are written into what it chooses between": {
    document: schemas(`
Cat: { type: object, properties: { kind: { type: string }, lives: { type: integer } } }
Dog: { type: object, required: [bark], properties: { bark: { type: boolean } } }
Bird: { allOf: [{ $ref: "#/components/schemas/Dog" }, { type: object, properties: { wings: { type: integer } } }] }
Fish: { type: string }
Implicit: { oneOf: [{ $ref: "#/components/schemas/Cat" }], discriminator: { propertyName: kind } }
Mapped:
  oneOf: [{ $ref: "#/components/schemas/Dog" }, { $ref: "#/components/schemas/Bird" }]
  discriminator:
    propertyName: kind
    mapping: { dog: "#/components/schemas/Dog", bird: "#/components/schemas/Bird", fowl: "#/components/schemas/Bird" }
`),
  },
  "a discriminator of a parent is a constant of each child": {
    document: schemas(`
Parent: { type: object, required: [kind], discriminator: { propertyName: kind }, properties: { kind: { type: string }, a: { type: string } } }
Child: { allOf: [{ $ref: "#/components/schemas/Parent" }, { type: object, properties: { b: { type: string } } }] }
Grandchild: { allOf: [{ $ref: "#/components/schemas/Child" }] }
Mapping:
  type: object
  discriminator: { propertyName: kind, mapping: { first: "#/components/schemas/First" } }
  properties: { kind: { type: string } }
First: { allOf: [{ $ref: "#/components/schemas/Mapping" }, { type: object, required: [x], properties: { x: { type: string } } }] }
Second: { type: object, properties: { y: { type: string } }, allOf: [{ $ref: "#/components/schemas/Mapping" }] }
Users: { type: array, items: { $ref: "#/components/schemas/Child" } }
`),
  },
  "schemas may refer to themselves and to members of others": {
    document: schemas(`
Node: { type: object, required: [next], properties: { next: { $ref: "#/components/schemas/Node" }, all: { type: array, items: { $ref: "#/components/schemas/Node" } } } }
Alias: { $ref: "#/components/schemas/Node" }
Member: { $ref: "#/components/schemas/Node/properties/next" }
"with space": { type: object, properties: { "0": { type: string }, 1e3: { type: string }, "a-b": { type: string }, 'quote"d': { type: string }, ünï: { type: string } } }
"slash/and~tilde": { type: string }
Escaped: { type: object, properties: { a: { $ref: "#/components/schemas/slash~1and~0tilde" }, b: { $ref: "#/components/schemas/with%20space" } } }
`),
  },
  "parameters are grouped by place, an operation's own before its path's": {
    document: openapi(
      "3.0.3",
      `
paths:
  /pets/{id}:
    parameters:
      - $ref: "#/components/parameters/Id"
      - { name: page, in: query, schema: { type: integer } }
      - { name: lang, in: header, schema: { type: string } }
    get:
      operationId: list
      parameters:
        - { name: page, in: query, required: true, schema: { type: string } }
        - { name: session, in: cookie, schema: { type: string } }
        - { name: raw, in: query, content: { application/json: { schema: { type: object } } } }
        - $ref: "#/components/parameters/Sort"
      responses: {}
    post:
      parameters: [{ $ref: "#/paths/~1pets~1%7Bid%7D/get/parameters/0" }]
      responses: { default: { description: Any } }
components:
  parameters:
    Id: { name: id, in: path, required: true, schema: { type: string } }
    Sort: { name: sort, in: query, schema: { type: string, enum: [asc, desc] } }
`,
    ),
  },
  "bodies by media type, responses by status": {
    document: openapi(
      "3.1.0",
      `
paths:
  /pets:
    post:
      operationId: pets/create
      requestBody: { $ref: "#/components/requestBodies/Pet" }
      responses:
        "201": { $ref: "#/components/responses/Created" }
        4XX: { description: Wrong, content: { application/problem+json: { schema: { type: object, properties: { title: { type: string } } } }, text/plain: {} } }
        default: { description: Any }
    put:
      requestBody: { required: true, content: { "multipart/form-data": { schema: { type: object, properties: { file: { type: string, format: binary } } } } } }
      responses:
        "200":
          description: Fine
          headers:
            X-Rate: { required: true, schema: { type: integer } }
            X-Old: { content: { text/plain: { schema: { type: string } } } }
            X-Bare: {}
            X-Shared: { $ref: "#/components/headers/Shared" }
    patch: { requestBody: { content: {} }, responses: { "204": { description: None } } }
components:
  requestBodies: { Pet: { required: true, content: { application/json: { schema: { type: string } } } } }
  responses: { Created: { description: Made, content: { application/json: { schema: { type: string } } } } }
  headers: { Shared: { schema: { type: string } } }
`,
    ),
  },
  "operations by operationId, webhooks, and path items of components": {
    document: openapi(
      "3.1.0",
      `
paths:
  /a: { get: { operationId: "a#b", responses: { "204": { description: None } } }, trace: { responses: { "204": { description: None } } } }
  /b: { $ref: "#/components/pathItems/Shared" }
  /c: {}
webhooks:
  pet.created:
    post:
      operationId: petCreated
      requestBody: { required: true, content: { application/json: { schema: { type: object, properties: { a: { default: 1 } } } } } }
      responses: { "204": { description: None } }
components:
  pathItems: { Shared: { get: { operationId: shared, responses: { "204": { description: None } } } } }
`,
    ),
  },
  "a document without operations has all five": { document: schemas("A: { type: string }") },
  "a document without components has all five": { document: openapi("3.0.0", "paths: {}\n") },
};

/** With each option, and the defaults turned around. */
export const flags: Readonly<Record<string, Rule>> = {
  exportType: { document: openapi("3.1.0", pathsOfPets), options: { exportType: true } },
  alphabetize: { document: openapi("3.1.0", pathsOfPets), options: { alphabetize: true } },
  arrayLength: {
    document: schemas(`
Least: { type: array, items: { type: string }, minItems: 2 }
Same: { type: array, items: { type: string }, minItems: 2, maxItems: 2 }
Most: { type: array, items: { type: string }, maxItems: 2 }
None: { type: array, items: { type: string }, maxItems: 0 }
Many: { type: array, items: { type: string }, minItems: 40 }
Wrong: { type: array, items: { type: string }, minItems: -1 }
`),
    options: { arrayLength: true },
  },
  rootTypes: { document: openapi("3.1.0", pathsOfPets), options: { rootTypes: true } },
  rootTypesNoSchemaPrefix: {
    document: openapi("3.1.0", pathsOfPets),
    options: { rootTypes: true, rootTypesNoSchemaPrefix: true },
  },
  rootTypesKeepCasing: {
    document: openapi("3.1.0", pathsOfPets),
    options: { rootTypes: true, rootTypesKeepCasing: true },
  },
  immutable: { document: openapi("3.1.0", pathsOfPets), options: { immutable: true } },
  "immutable tuples": {
    document: schemas(`
Tuple: { type: array, prefixItems: [{ type: string }] }
Nested: { type: object, properties: { a: { type: array, items: { type: array, items: { type: string } } } } }
Map: { type: object, additionalProperties: { type: string } }
`),
    options: { immutable: true },
  },
  additionalProperties: {
    document: `${schemas(pets)}\n    Closed: { type: object, properties: { a: { type: string } }, additionalProperties: false }\n`,
    options: { additionalProperties: true },
  },
  "defaultNonNullable: false": { document: openapi("3.1.0", pathsOfPets), options: { defaultNonNullable: false } },
  propertiesRequiredByDefault: {
    document: schemas(
      "A: { type: object, properties: { a: { type: string } } }\nB: { type: object, required: [], properties: { a: { type: string } } }",
    ),
    options: { propertiesRequiredByDefault: true },
  },
  pathParamsAsTypes: { document: openapi("3.1.0", pathsOfPets), options: { pathParamsAsTypes: true } },
  emptyObjectsUnknown: { document: openapi("3.1.0", pathsOfPets), options: { emptyObjectsUnknown: true } },
  excludeDeprecated: { document: openapi("3.1.0", pathsOfPets), options: { excludeDeprecated: true } },
};
