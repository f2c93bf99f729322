/**
 * One scheme's token, before and after its code is there: what signs in (sign-in.ts) is a part of its own, loaded while a program
 * prepares its first call. Once it is there, nothing stands between.
 */
import { ahead, type Part } from "../../util/lazy-module.ts";
import { TransportError } from "../../errors/transport-error.ts";
import { waitUnder } from "../../util/abortable.ts";
import type { Account, TokenStatus } from "./token-account.ts";
import type { TokenManager } from "./token-manager.ts";
import type { SignInOptions } from "./create-token-account.ts";

export interface Keeper extends Pick<TokenManager, "key" | "token" | "replace" | "accepted" | "suspected" | "close"> {
  status(): TokenStatus;
  /** When its code is there. */
  account(): Promise<Account>;
}

type SignIn = typeof import("./create-token-account.ts");

const loadedAhead = ahead(() => import("./create-token-account.ts"));

export function createKeeper(options: SignInOptions, signingIn: Part<SignIn> = loadedAhead): Keeper {
  const { vendor, schemeName: scheme } = options;
  let made: Account | undefined;
  let isClosed = false;

  const make = ({ createSignIn }: SignIn): Account => {
    made ??= createSignIn(options);
    if (isClosed) made.manager.close();
    return made;
  };
  const unloaded = (): never => {
    const message = "the code that signs in could not be loaded; the next call tries again";
    throw new TransportError(vendor, "network", message);
  };
  const account = async (): Promise<Account> => made ?? make(await signingIn.load().catch(unloaded));

  return {
    account,
    get key() {
      return made?.manager.key ?? "";
    },
    token(signal) {
      if (made) return made.manager.token(signal);
      return waitUnder(account(), signal).then(({ manager }) => manager.token(signal));
    },
    replace: async (accessToken, refusal, signal) => (await account()).manager.replace(accessToken, refusal, signal),
    accepted: (accessToken) => made?.manager.accepted(accessToken),
    suspected: (accessToken) => made?.manager.suspected(accessToken),
    async close() {
      isClosed = true;
      await made?.manager.close();
    },
    status: () => made?.status() ?? { scheme, state: isClosed ? "closed" : "signed_out" },
  };
}
