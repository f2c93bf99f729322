import { expect, test } from "vitest";
import { nameOf } from "../../scripts/generate/vendor-name.ts";

test.for([
  ["acme.yaml", "acme"],
  ["specs/PetStore.yaml", "pet-store"],
  ["PetStoreAPI.json", "pet-store-api"],
  ["my_shop v2.yml", "my-shop-v2"],
  ["specs/other-shop/openapi.yaml", "other-shop"],
  ["specs/OtherShop/openapi.json", "other-shop"],
  ["https://api.acme.example/", "acme"],
  ["https://api.acme.example", "acme"],
  ["https://acme.example/openapi.json", "acme"],
  ["https://acme.example/v3/api-docs", "acme"],
  ["https://www.acme.co.example/api/v1/swagger.json?key=1", "acme-co"],
  ["https://localhost:8080/openapi.json", "localhost"],
  ["http://127.0.0.1:8080/", "127-0-0-1"],
  ["https://raw.example/specs/PetStore.yaml", "pet-store"],
  ["https://raw.example/specs/stripe/openapi.yaml", "stripe"],
] as const)("the vendor of %s is called %s", ([document, name]) => {
  expect(nameOf(document)).toBe(name);
});
