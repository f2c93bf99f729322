/** Named types of calls.ts, for types that would otherwise be repeated. */
import type { createNames } from "../util/identifiers.ts";

export interface DeclaredTypes {
  /** Declares a type and returns its name; returns a short type unchanged. Equal types of one `owner` are declared once. */
  name(type: string, suggested: string, owner: string): string;
  readonly all: readonly DeclaredType[];
}

export interface DeclaredType {
  readonly name: string;
  readonly type: string;
}

const short = 80;

export function createDeclaredTypes(take: ReturnType<typeof createNames>): DeclaredTypes {
  const known = new Map<string, string>();
  const all: DeclaredType[] = [];
  return {
    all,
    name(type, suggested, owner) {
      if (!type.includes("\n") && type.length < short) return type;
      const key = `${owner}\n${type}`;
      const found = known.get(key);
      if (found !== undefined) return found;
      const name = take(suggested);
      known.set(key, name);
      all.push({ name, type });
      return name;
    },
  };
}
