/**
 * zod/mini under our own name. Generated schemas import it from here, since under pnpm a user's folder cannot reach a package that
 * only we depend on. All of it is passed on: which parts a generated file needs is the document's choice.
 */
export * from "zod/mini";
