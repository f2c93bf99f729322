import { connect, toVendorError, unwrap } from "latchkey";
import { acme } from "./vendors/acme/index.ts";

const [, , url = "", clientSecret = ""] = process.argv;
const api = connect(acme, { credentials: { clientId: "worker", clientSecret }, server: { url }, validate: "strict" });

const widgets = await unwrap(api.GET("/widgets", { params: { query: { limit: 2 } } }));
const created = await unwrap(api.POST("/widgets", { body: { name: "cog", size: "small" } }));
const missing = await api.paths["/widgets/{id}"].GET({ params: { path: { id: "none" } } });
const names: string[] = widgets.map((widget) => widget.name);
const size: "small" | "large" | (string & {}) | undefined = created.size; // open: a new size does not break a caller
const message: string | undefined = missing.status === 404 ? missing.error.message : missing.data?.name;
console.log(JSON.stringify({ names, size, status: missing.status, message, kind: toVendorError(missing)?.kind }));
await api.close();

/** Never called: what an editor must mark. */
export async function mistakes(): Promise<void> {
  // @ts-expect-error the document has no such path
  await api.GET("/gadgets");
  // @ts-expect-error the path has no such method
  await api.DELETE("/widgets");
  // @ts-expect-error the path needs its parameter
  await api.GET("/widgets/{id}");
  // @ts-expect-error so it does path first
  await api.paths["/widgets/{id}"].GET();
  // @ts-expect-error a required field is missing
  await api.POST("/widgets", { body: { size: "small" } });
  // @ts-expect-error the schema has no such field
  names.push(created.weight);
  // @ts-expect-error half of the credentials
  connect(acme, { credentials: { clientId: "worker" } });
}
