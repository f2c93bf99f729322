/** Cross-origin requests (Fetch §3.2) of pages on this machine; those of other pages were refused before. */
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";

/** The answer to a preflight request (Fetch §3.2.2); undefined for any other request. */
export function preflightReply({ method, headers }: Request): Response | undefined {
  const origin = headers.get("origin");
  const asked = headers.get("access-control-request-method");
  if (method !== "OPTIONS" || origin === null || asked === null) return undefined;
  const allowed = headers.get("access-control-request-headers");
  return new Response(null, {
    status: 204,
    headers: {
      ...allowOrigin(origin),
      "access-control-allow-methods": asked,
      ...(allowed === null ? {} : { "access-control-allow-headers": allowed }),
      "access-control-max-age": "600",
    },
  });
}

/** Lets the page that sent the request read the response, its headers included. */
export function allowReading(request: Request, response: Response): Response {
  const origin = request.headers.get("origin");
  if (origin === null || response === RESPONSE_ALREADY_SENT) return response;
  for (const [name, value] of Object.entries({ ...allowOrigin(origin), "access-control-expose-headers": "*" }))
    response.headers.append(name, value);
  return response;
}

const allowOrigin = (origin: string) => ({ "access-control-allow-origin": origin, vary: "Origin" });
