/** Bodies that every client takes: small, and of the shapes that the generated SDKs insist on. */
const token = (lifetimeInSeconds: number): string =>
  JSON.stringify({ access_token: "bench-access-token", token_type: "Bearer", expires_in: lifetimeInSeconds });
const item = { id: "thing-1", object: "model", created: 1_700_000_000, owned_by: "bench", name: "A thing" };
const things = JSON.stringify({
  ...item,
  data: [item],
  server: "ledger",
  version: "v2",
  total: 1,
  page_info: { total_count: 1, count: 1 },
});

export const answerTo = (method: string, _url: string, lifetimeInSeconds = 86_400): string =>
  method === "POST" ? token(lifetimeInSeconds) : things;
