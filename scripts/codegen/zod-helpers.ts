/** What zod/mini has no word for, as small functions at the head of a schemas.ts that needs them. */
const isObject = `const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
`;

const helpers = {
  constant: {
    needs: ["same"],
    code: `const constant = (wanted: unknown): z.ZodMiniType => z.unknown().check(z.refine((value) => same(value, wanted)));
`,
  },
  excluded: {
    needs: [],
    code: `const excluded = (schema: z.ZodMiniType): z.ZodMiniType => z.unknown().check(z.refine((value) => !schema.safeParse(value).success));
`,
  },
  required: {
    needs: ["isObject"],
    code: `const required = (names: readonly string[]): z.ZodMiniType =>
  z.unknown().check(z.refine((value) => !isObject(value) || names.every((name) => Object.hasOwn(value, name)), "a required property is missing"));
`,
  },
  requires: {
    needs: [],
    code: `const requires = (names: readonly string[]) =>
  z.refine<Record<string, unknown>>((value) => names.every((name) => Object.hasOwn(value, name)), "a required property is missing");
`,
  },
  propertyCount: {
    needs: [],
    code: `const propertyCount = (least: number, most = Infinity) =>
  z.refine<Record<string, unknown>>((value) => Object.keys(value).length >= least && Object.keys(value).length <= most);
`,
  },
  uniqueItems: {
    needs: ["same"],
    code: `const uniqueItems = z.refine<readonly unknown[]>((items) => items.every((item, index) => items.findIndex((other) => same(item, other)) === index));
`,
  },
  patternProperties: {
    needs: [],
    code: `const patternProperties = (patterns: readonly (readonly [RegExp, z.ZodMiniType])[], named: readonly string[], rest?: z.ZodMiniType) =>
  z.refine<Record<string, unknown>>((value) =>
    Object.entries(value).every(([name, member]) => {
      const matching = patterns.filter(([pattern]) => pattern.test(name));
      const free = matching.length === 0 && !named.includes(name);
      return matching.every(([, schema]) => schema.safeParse(member).success) && (!free || rest === undefined || rest.safeParse(member).success);
    }),
  );
`,
  },
} as const satisfies Record<string, { needs: readonly ("same" | "isObject")[]; code: string }>;

const same = `const same = (a: unknown, b: unknown): boolean => {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, index) => same(item, b[index]));
  if (!isObject(a) || !isObject(b)) return a === b;
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => Object.hasOwn(b, name) && same(a[name], b[name]));
};
`;

export type Helper = keyof typeof helpers;

/** Names that no component may take. */
export const helperNames: readonly string[] = [
  ...Object.keys(helpers),
  "same",
  "isObject",
  "lazy",
  "z",
  "operations",
  "VendorSchemas",
];

/** In a fixed order, so that the same needs give the same bytes. */
export function printHelpers(used: ReadonlySet<Helper>): string {
  const wanted = Object.entries(helpers).filter(([name]) => [...used].some((one) => one === name));
  const needs = new Set<string>(wanted.flatMap(([, { needs }]) => needs));
  const base = [needs.size > 0 ? isObject : "", needs.has("same") ? same : ""];
  return [...base, ...wanted.map(([, { code }]) => code)].filter((code) => code !== "").join("\n");
}
