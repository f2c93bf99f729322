// Signs in with HTTP Basic and calls the one operation there is. Credentials: CONNECTIVITY_CLIENT_ID and _CLIENT_SECRET; host: _HOST.
import { type ClientOf, connect, unwrap } from "latchkey";
import { connectivity } from "latchkey/vendors/connectivity";

export async function run(api: ClientOf<typeof connectivity>, say: (line: string) => void): Promise<void> {
  const { status } = await unwrap(api.GET("/v1/ping"));
  say(`the API says ${status}`);
}

if (process.argv[1] === import.meta.filename) {
  const api = connect(connectivity);
  await run(api, console.log);
  await api.close();
}
