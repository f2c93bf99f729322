/** Secrets that can be found again: whatever a failure leaves behind is searched for them, in every form in which they travel. */
import { inspect } from "node:util";

export interface Canaries {
  /** A secret of that name; the characters after the identifier change in every encoding. */
  secret(name: string): string;
  /** Where any secret shows, the place and what stands around it. */
  find(leftovers: Readonly<Record<string, unknown>>): string[];
}

export function createCanaries(): Canaries {
  const secrets = new Map<string, string>();
  return {
    secret(name) {
      const known = secrets.get(name) ?? `CANARY_${crypto.randomUUID()}${/token/iu.test(name) ? "" : ' +/%"é&'}`;
      secrets.set(name, known);
      return known;
    },
    find(leftovers) {
      const needles = ["CANARY", ...[...secrets.values()].flatMap(base64Parts)];
      return Object.entries(leftovers).flatMap(([place, value]) =>
        textsOf(value).flatMap(([how, text]) =>
          needles
            .filter((needle) => text.includes(needle))
            .slice(0, 1)
            .map(
              (needle) =>
                `${place}, ${how}: …${text.slice(Math.max(0, text.indexOf(needle) - 60), text.indexOf(needle) + 90)}…`,
            ),
        ),
      );
    },
  };
}

/** The middle of the secret's Base64 at each of the three alignments, whatever stands before it. */
function base64Parts(secret: string): string[] {
  return ["", "x", "xx"].map((before) =>
    Buffer.from(before + secret)
      .toString("base64")
      .slice(4, 36),
  );
}

/** Every text that a value shows when it is logged, serialised, or looked into. */
function textsOf(value: unknown): [how: string, text: string][] {
  const texts: [string, string][] = [
    ["as text", attempt(() => String(value))],
    [
      "inspected",
      attempt(() => inspect(value, { depth: 10, showHidden: true, maxStringLength: null, maxArrayLength: null })),
    ],
    [
      "inspected without its own way",
      attempt(() => inspect(value, { depth: 10, customInspect: false, maxStringLength: null })),
    ],
    ["as JSON", attempt(() => JSON.stringify(value) ?? "")],
    ["cloned", attempt(() => inspect(structuredClone(value), { depth: 10, maxStringLength: null }))],
  ];
  const seen = new Set<unknown>();
  for (let one = value; one instanceof Error && !seen.has(one); one = one.cause) {
    seen.add(one);
    texts.push(["message", one.message], ["stack", one.stack ?? ""]);
    for (const name of Object.getOwnPropertyNames(one))
      texts.push([name, attempt(() => inspect(Reflect.get(one, name), { depth: 10 }))]);
    if (one instanceof AggregateError) for (const inner of one.errors) texts.push(...textsOf(inner));
  }
  return texts;
}

function attempt(act: () => string): string {
  try {
    return act();
  } catch (error) {
    return String(error);
  }
}
