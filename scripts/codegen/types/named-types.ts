/** Types that stand under names of their own in calls.ts: what would otherwise be written out again and again. */
import type { createNames } from "../util/identifiers.ts";

export interface DeclaredTypes {
  /** The name a type is declared under; a short type stays as it is. Equal types of one `owner` are declared once. */
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
