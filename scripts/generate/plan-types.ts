/** Plans the files of `--types-only`, from the command line and from `types` in the configuration. */
import { basename, dirname, relative, resolve, sep } from "node:path";
import type { TypesInput } from "../codegen/generate-types.ts";
import { isUrl } from "../codegen/load/document-address.ts";
import { type ReadText, withHeaders } from "../codegen/load/read-text.ts";
import { typesDefaults, type TypesOptions } from "../codegen/types-only/options.ts";
import { readHeaders } from "../shared/headers.ts";
import { UsageError } from "../shared/usage-error.ts";
import type { FromTypes } from "./arguments.ts";
import type { Config, TypesConfig } from "./config.ts";
import { checkOptions } from "./types-flags.ts";
import type { Folder } from "./write-files.ts";

export interface TypesPlan {
  readonly name: string;
  readonly file: string;
  readonly input: TypesInput;
}

/** How a plan for vendors finds an overlay and names a document's origin. */
export interface Conventions {
  readonly overlayBeside: (document: string, read: ReadText) => Promise<string | undefined>;
  readonly originOf: (address: string) => string;
}

export async function planTypes(from: FromTypes, read: ReadText, conventions: Conventions): Promise<TypesPlan> {
  const { document, out, remote, filter, options, headers } = from;
  const overlay = from.overlay ?? (await conventions.overlayBeside(document, read));
  const origin = isUrl(document) ? conventions.originOf(document) : basename(document);
  const input = { document, origin, remote, filter, options, read: withHeaders(read, document, headers) };
  return toTypesPlan(basename(out), out, input, overlay);
}

/** @param names those to plan; all, where there are none */
export async function planConfiguredTypes(
  config: Config,
  folder: string,
  names: readonly string[],
  read: ReadText,
  conventions: Conventions,
): Promise<TypesPlan[]> {
  const entries = Object.entries(config.types ?? {}).filter(([name]) => names.length === 0 || names.includes(name));
  return Promise.all(
    entries.map(async ([name, given]) => {
      const at = (path: string): string => (isUrl(path) ? path : resolve(folder, path));
      const { document, out, overlay, include = {}, exclude = {}, remote = false, headers = {} } = given;
      const { quiet = [], strictDocument = false } = given;
      refuseVendorFolder(name, resolve(folder, out), config, folder);
      const applied = overlay === undefined ? await conventions.overlayBeside(at(document), read) : at(overlay);
      const origin = isUrl(document)
        ? conventions.originOf(document)
        : relative(folder, at(document)).split(sep).join("/");
      const options = optionsOf(name, given);
      const sent = withHeaders(read, document, readHeaders(headers, `types.${name}.headers`));
      const input = {
        document: at(document),
        origin,
        remote,
        filter: { include, exclude },
        options,
        read: sent,
        quiet,
        strictDocument,
      };
      return toTypesPlan(name, resolve(folder, out), input, applied);
    }),
  );
}

/** @throws UsageError */
function toTypesPlan(
  name: string,
  file: string,
  { filter = {}, ...input }: TypesInput,
  overlay: string | undefined,
): TypesPlan {
  if (!/\.[cm]?ts$/u.test(file))
    throw new UsageError([`${name}: the types are one file; end its name with .ts, as in src/acme.ts`]);
  const isFiltered = [filter.include, filter.exclude].some((one) => Object.values(one ?? {}).flat().length > 0);
  return {
    name,
    file,
    input: { ...input, ...(overlay === undefined ? {} : { overlay }), ...(isFiltered ? { filter } : {}) },
  };
}

function optionsOf(name: string, given: TypesConfig): TypesOptions {
  const options = Object.fromEntries(Object.entries(given).filter(([key]) => Object.hasOwn(typesDefaults, key)));
  try {
    return checkOptions(options);
  } catch (error) {
    throw error instanceof UsageError
      ? new UsageError(error.messages.map((message) => `types.${name}: ${message}`))
      : error;
  }
}

/** A vendor's folder holds what is made for the vendor alone, and everything else in it is removed. */
function refuseVendorFolder(name: string, file: string, { out, vendors = {} }: Config, base: string): void {
  const inside = Object.keys(vendors).find((vendor) => file.startsWith(resolve(base, out ?? "", vendor) + sep));
  if (inside !== undefined)
    throw new UsageError([`types.${name}.out: the folder belongs to the vendor ${inside}; choose a file outside it`]);
}

/** The file as part of a folder whose other files are not looked at. */
export const toFolder = ({ file }: TypesPlan, text: string): Folder => ({
  path: dirname(file),
  files: new Map([[basename(file), text]]),
  isShared: true,
});
