/** The few parts of oidc-provider that its tests use; it brings no types of its own. */
declare module "oidc-provider" {
  import type { RequestListener } from "node:http";

  interface Model {
    save(): Promise<string>;
  }
  interface Context {
    readonly oidc: {
      readonly client: object & { readonly clientId: string };
      readonly params: Readonly<Record<string, string>>;
    };
    body: unknown;
  }

  export default class Provider {
    constructor(issuer: string, configuration: object);
    callback(): RequestListener;
    registerGrantType(name: string, handler: (context: Context) => Promise<void>, parameters: readonly string[]): void;
    on(event: string, listener: (context: Context, error: Error & { readonly error_detail?: string }) => void): void;
    readonly Grant: new (
      of: object,
    ) => Model & { addOIDCScope(scope: string): void };
    readonly AccessToken: new (
      of: object,
    ) => Model & { readonly expiration: number };
    readonly RefreshToken: new (
      of: object,
    ) => Model;
  }
}
