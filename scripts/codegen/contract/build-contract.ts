/** Builds the contract of a document from the resolved document and its vendor value. */
import { type Contract, contract, contractFormat } from "./contract.ts";
import { toContractOperations, toContractWebhooks } from "./contract-operations.ts";
import { toContractSchema } from "./contract-schema.ts";
import { dereference } from "../openapi/dereference.ts";
import { type Json, type JsonObject, objectEntries, toList, toObject } from "../util/json.ts";
import type { VendorModel } from "../vendor/vendor-model.ts";
import { refersAlone } from "../openapi/schema-graph.ts";

const signIn = contract.omit({ operations: true, webhooks: true, schemas: true });

export function toContract(document: JsonObject, { value, title }: VendorModel): Contract {
  const schemas = toObject(toObject(document.components).schemas);
  const isAlone = refersAlone(document);
  const errors = toObject(value.errors);
  const toSchema = (schema: Json | undefined) => toContractSchema(schema, isAlone);
  const webhooks = toContractWebhooks(document, toSchema);
  return {
    ...signIn.parse({
      format: contractFormat,
      name: value.name,
      title,
      version: value.version,
      servers: withoutDescriptions(value.servers),
      schemes: Object.fromEntries(
        objectEntries(value.schemes).map(([name, scheme]) => [
          name,
          { ...scheme, credentials: withoutDescriptions(scheme.credentials) },
        ]),
      ),
      scopes: scopesOf(document),
      security: value.security,
      errors: {
        envelopes: toList(errors.envelopes),
        table: toList(errors.table).map((rule) => without(toObject(rule), "advice")),
      },
      retry: value.retry,
      rateLimits: value.rateLimits,
    }),
    operations: toContractOperations(document, toObject(value.operations), toSchema),
    ...(Object.keys(webhooks).length === 0 ? {} : { webhooks }),
    schemas: Object.fromEntries(
      Object.entries(schemas)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, schema]) => [name, toSchema(schema)]),
    ),
  };
}

function scopesOf(document: JsonObject): Record<string, string[]> {
  const schemes = objectEntries(toObject(document.components).securitySchemes);
  return Object.fromEntries(
    schemes.flatMap(([name, scheme]) => {
      const flows = objectEntries(dereference(document, scheme).flows);
      const scopes = [...new Set(flows.flatMap(([, flow]) => Object.keys(toObject(flow.scopes))))].sort();
      return scopes.length === 0 ? [] : [[name, scopes]];
    }),
  );
}

const withoutDescriptions = (map: Json | undefined): JsonObject =>
  Object.fromEntries(objectEntries(map).map(([name, member]) => [name, without(member, "description")]));

const without = (object: JsonObject, name: string): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([member]) => member !== name));
