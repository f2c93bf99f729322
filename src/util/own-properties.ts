/**
 * Reads own properties only. Where something has polluted `Object.prototype`, an option that is not given would otherwise be read from
 * there, and choose a server, a `fetch` or a header.
 */

const empty = {};

/** True while every object inherits an enumerable property. Costs nothing otherwise, so that each call can ask. */
export function isPrototypePolluted(): boolean {
  for (const _ in empty) return true;
  return false;
}

/** Copies own properties to an object without a prototype. */
export const copyOwn = <T extends object>(value: T): T => Object.assign(Object.create(null), value);

/** As `copyOwn`, where the prototype is polluted; else returns the object itself. */
export const ownProperties = <T extends object>(value: T): T => (isPrototypePolluted() ? copyOwn(value) : value);

/** As `copyOwn`, for plain objects and lists at every depth. Other values, such as functions and instances, stay as they are. */
export function copyOwnDeep<T>(value: T): T {
  if (Array.isArray(value)) return Object(value.map((item: unknown) => copyOwnDeep(item)));
  if (!isPlainObject(value)) return value;
  const copy = copyOwn(value);
  for (const name of Object.keys(value)) Reflect.set(copy, name, copyOwnDeep(Reflect.get(value, name)));
  return copy;
}

function isPlainObject<T>(value: T): value is T & object {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
