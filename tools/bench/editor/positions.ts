/** Where a caller is typing, for each client: the same question asked in each one's own words. `▮` is where the next key falls. */

export type ClientName = "latchkey, path first" | "latchkey, client.GET" | "openapi-fetch" | "hey-api";

export interface Position {
  readonly name: string;
  /** What must be on offer for the position to count. */
  readonly wanted: string;
  /** Keys typed at `▮`, one completion after each. */
  readonly keys: string;
  readonly code: Readonly<Record<ClientName, string>>;
}

const repository = `{ params: { path: { owner: "a", repo: "b" } } }`;
const issue = `path: { owner: "a", repo: "b" }`;

export const positions: readonly Position[] = [
  {
    name: "list of paths or methods",
    wanted: "/repos/{owner}/{repo}",
    keys: "/repos/",
    code: {
      "latchkey, path first": `const r = await api.paths["▮`,
      "latchkey, client.GET": `const r = await api.GET("▮`,
      "openapi-fetch": `const r = await api.GET("▮`,
      "hey-api": `const r = await api.▮`,
    },
  },
  {
    name: "params.path",
    wanted: "owner",
    keys: "own",
    code: {
      "latchkey, path first": `const r = await api.paths["/repos/{owner}/{repo}"].GET({ params: { path: { ▮ } } });`,
      "latchkey, client.GET": `const r = await api.GET("/repos/{owner}/{repo}", { params: { path: { ▮ } } });`,
      "openapi-fetch": `const r = await api.GET("/repos/{owner}/{repo}", { params: { path: { ▮ } } });`,
      "hey-api": `const r = await api.reposGet({ path: { ▮ } });`,
    },
  },
  {
    name: "params.query",
    wanted: "per_page",
    keys: "per",
    code: {
      "latchkey, path first": `const r = await api.paths["/repos/{owner}/{repo}/issues"].GET({ params: { ${issue}, query: { ▮ } } });`,
      "latchkey, client.GET": `const r = await api.GET("/repos/{owner}/{repo}/issues", { params: { ${issue}, query: { ▮ } } });`,
      "openapi-fetch": `const r = await api.GET("/repos/{owner}/{repo}/issues", { params: { ${issue}, query: { ▮ } } });`,
      "hey-api": `const r = await api.issuesListForRepo({ ${issue}, query: { ▮ } });`,
    },
  },
  {
    name: "body",
    wanted: "assignees",
    keys: "ass",
    code: {
      "latchkey, path first": `const r = await api.paths["/repos/{owner}/{repo}/issues"].POST({ params: { ${issue} }, body: { title: "t", ▮ } });`,
      "latchkey, client.GET": `const r = await api.POST("/repos/{owner}/{repo}/issues", { params: { ${issue} }, body: { title: "t", ▮ } });`,
      "openapi-fetch": `const r = await api.POST("/repos/{owner}/{repo}/issues", { params: { ${issue} }, body: { title: "t", ▮ } });`,
      "hey-api": `const r = await api.issuesCreate({ ${issue}, body: { title: "t", ▮ } });`,
    },
  },
  {
    name: "data.",
    wanted: "full_name",
    keys: "ful",
    code: {
      "latchkey, path first": `const { data } = await api.paths["/repos/{owner}/{repo}"].GET(${repository});\nif (data) data.▮`,
      "latchkey, client.GET": `const { data } = await api.GET("/repos/{owner}/{repo}", ${repository});\nif (data) data.▮`,
      "openapi-fetch": `const { data } = await api.GET("/repos/{owner}/{repo}", ${repository});\nif (data) data.▮`,
      "hey-api": `const { data } = await api.reposGet({ ${issue} });\nif (data) data.▮`,
    },
  },
  {
    name: "error, narrowed",
    wanted: "documentation_url",
    keys: "doc",
    code: {
      "latchkey, path first": `const { error, status } = await api.paths["/repos/{owner}/{repo}"].GET(${repository});\nif (status === 404) error.▮`,
      "latchkey, client.GET": `const { error, status } = await api.GET("/repos/{owner}/{repo}", ${repository});\nif (status === 404) error.▮`,
      "openapi-fetch": `const { error } = await api.GET("/repos/{owner}/{repo}", ${repository});\nif (error) error.▮`,
      "hey-api": `const { error } = await api.reposGet({ ${issue} });\nif (error) error.▮`,
    },
  },
];
