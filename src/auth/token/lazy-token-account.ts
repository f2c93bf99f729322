/**
 * One scheme's token, before and after its code is there: what signs in (sign-in.ts) is a part of its own, loaded while a program
 * prepares its first call. Once it is there, nothing stands between.
 */
import { preloadedModule, type LazyModule } from "../../util/lazy-module.ts";
import { TransportError } from "../../errors/transport-error.ts";
import { abortable } from "../../util/abortable.ts";
import type { TokenAccount, TokenStatus } from "./token-account.ts";
import type { TokenManager } from "./token-manager.ts";
import type { CreateTokenAccountOptions } from "./create-token-account.ts";

export interface LazyTokenAccount
  extends Pick<TokenManager, "key" | "getToken" | "replaceRejected" | "markAccepted" | "markSuspect" | "close"> {
  status(): TokenStatus;
  /** When its code is there. */
  account(): Promise<TokenAccount>;
}

type SignIn = typeof import("./create-token-account.ts");

const loadedAhead = preloadedModule(() => import("./create-token-account.ts"));

export function createLazyTokenAccount(
  options: CreateTokenAccountOptions,
  signingIn: LazyModule<SignIn> = loadedAhead,
): LazyTokenAccount {
  const { vendor, schemeName: scheme } = options;
  let made: TokenAccount | undefined;
  let isClosed = false;

  const make = ({ createTokenAccount: createSignIn }: SignIn): TokenAccount => {
    made ??= createSignIn(options);
    if (isClosed) made.manager.close();
    return made;
  };
  const unloaded = (): never => {
    const message = "the code that signs in could not be loaded; the next call tries again";
    throw new TransportError(vendor, "network", message);
  };
  const account = async (): Promise<TokenAccount> => made ?? make(await signingIn.load().catch(unloaded));

  return {
    account,
    get key() {
      return made?.manager.key ?? "";
    },
    getToken(signal) {
      if (made) return made.manager.getToken(signal);
      return abortable(account(), signal).then(({ manager }) => manager.getToken(signal));
    },
    replaceRejected: async (accessToken, refusal, signal) =>
      (await account()).manager.replaceRejected(accessToken, refusal, signal),
    markAccepted: (accessToken) => made?.manager.markAccepted(accessToken),
    markSuspect: (accessToken) => made?.manager.markSuspect(accessToken),
    async close() {
      isClosed = true;
      await made?.manager.close();
    },
    status: () => made?.status() ?? { scheme, state: isClosed ? "closed" : "signed_out" },
  };
}
