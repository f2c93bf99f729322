/**
 * Code that a call needs only when something happens. A bundler makes a file of its own of it, which an application's start does not
 * wait for. What a failure needs is loaded in the background, so that it is there before it is needed: a network failure is no time to
 * fetch it.
 */
export interface LazyModule<T> {
  /** Where it is loaded already: at once. */
  readonly loaded: T | undefined;
  /** Loads it once; what failed is tried again. */
  load(): Promise<T>;
}

/** A part that is loaded when it is first asked for. */
export function lazyModule<T>(fetch: () => Promise<T>): LazyModule<T> {
  let here: T | undefined;
  let loading: Promise<T> | undefined;
  return {
    get loaded() {
      return here;
    },
    load() {
      loading ??= fetch().then(
        (loaded) => {
          here = loaded;
          return loaded;
        },
        (error: unknown) => {
          loading = undefined;
          throw error;
        },
      );
      return loading;
    },
  };
}

const parts = new Set<LazyModule<unknown>>();

/** A part that `loadAhead` loads. */
export function preloadedModule<T>(fetch: () => Promise<T>): LazyModule<T> {
  const part = lazyModule(fetch);
  parts.add(part);
  return part;
}

/** Loads what there is, in the background unless waited for; whoever needs what did not come asks for it again. */
export async function preloadModules(): Promise<void> {
  await Promise.allSettled([...parts].map((part) => part.load()));
}
