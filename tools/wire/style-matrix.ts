/** Documents of every version with one operation for each place, style, `explode` and type that the version has. */
const types = ["string", "integer", "boolean", "array", "object"] as const;

interface Row {
  readonly place: "path" | "query" | "header";
  readonly style: string;
  readonly explode: readonly (boolean | undefined)[];
  readonly types: readonly string[];
}

const rows: readonly Row[] = [
  { place: "path", style: "", explode: [undefined, true, false], types },
  { place: "path", style: "simple", explode: [undefined, true, false], types },
  { place: "path", style: "label", explode: [undefined, true, false], types },
  { place: "path", style: "matrix", explode: [undefined, true, false], types },
  { place: "query", style: "", explode: [undefined, true, false], types },
  { place: "query", style: "form", explode: [undefined, true, false], types },
  { place: "query", style: "spaceDelimited", explode: [undefined, true, false], types: ["array", "object"] },
  { place: "query", style: "pipeDelimited", explode: [undefined, true, false], types: ["array", "object"] },
  { place: "query", style: "deepObject", explode: [undefined, true], types: ["object"] },
  { place: "header", style: "", explode: [undefined, true, false], types },
  { place: "header", style: "simple", explode: [undefined, true, false], types },
];

const collectionFormats = [undefined, "csv", "ssv", "tsv", "pipes", "multi"] as const;

const responses = { "204": { description: "Done" } };

export const versions = ["2.0", "3.0.3", "3.1.0", "3.2.0"] as const;

export function createMatrix(version: (typeof versions)[number]): object {
  const info = { title: `Styles of ${version}`, version: "1" };
  if (version === "2.0")
    return { swagger: version, info, host: "acme.example", schemes: ["https"], paths: swaggerPaths() };
  const cells = rows.flatMap((row) =>
    row.types.flatMap((type) => row.explode.map((explode) => ({ ...row, type, explode }))),
  );
  const paths = cells.map(({ place, style, explode, type }, index) => {
    const parameter = {
      name: "color",
      in: place,
      ...(place === "path" && { required: true }),
      ...(style !== "" && { style }),
      ...(explode !== undefined && { explode }),
      schema: {
        type,
        ...(type === "array" && { items: { type: "string" } }),
        ...(type === "object" && { properties }),
      },
    };
    const path = place === "path" ? `/${index}/{color}` : `/${index}`;
    return [path, { get: { operationId: `get${index}`, parameters: [parameter, ...others], responses } }] as const;
  });
  return { openapi: version, info, servers: [{ url: "https://acme.example" }], paths: Object.fromEntries(paths) };
}

const properties = { R: { type: "integer" }, G: { type: "string" }, B: { type: "boolean" } };

/** One parameter beside the judged one, so that what separates them is seen. */
const others = [{ name: "a b[c]", in: "query", schema: { type: "string" } }];

function swaggerPaths(): object {
  const cells = (["path", "query", "header"] as const).flatMap((place) => [
    ...types.slice(0, 3).map((type) => ({ place, type, format: undefined })),
    ...collectionFormats
      .filter((format) => format !== "multi" || place === "query")
      .map((format) => ({ place, type: "array", format })),
  ]);
  return Object.fromEntries(
    cells.map(({ place, type, format }, index) => {
      const parameter = {
        name: "color",
        in: place,
        type,
        ...(place === "path" && { required: true }),
        ...(type === "array" && { items: { type: "string" } }),
        ...(format !== undefined && { collectionFormat: format }),
      };
      const beside = { name: "a b[c]", in: "query", type: "string" };
      const path = place === "path" ? `/${index}/{color}` : `/${index}`;
      return [path, { get: { operationId: `get${index}`, parameters: [parameter, beside], responses } }];
    }),
  );
}
