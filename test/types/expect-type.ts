/** Takes what fits the type; the checker says where something does not. */
export function expectType<T>(_value: T): void {}

/** `true` only where both are the same. */
export type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
