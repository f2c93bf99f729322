/** `npm run demo`: generates the clients, starts the sandboxes, and shows five vendors staying signed in. Exits with 0 only if every check passes. */
import { run as runApiera } from "../examples/apiera.ts";
import { run as runConnectivity } from "../examples/connectivity.ts";
import { run as runElasticPath } from "../examples/elastic-path.ts";
import { run as runPopupGiftCards } from "../examples/popup-gift-cards.ts";
import { run as runPropeller } from "../examples/propeller.ts";
import { apiera } from "../generated/apiera/index.ts";
import { connectivity } from "../generated/connectivity/index.ts";
import { elasticPath } from "../generated/elastic-path/index.ts";
import { popupGiftCards } from "../generated/popup-gift-cards/index.ts";
import { propeller } from "../generated/propeller/index.ts";
import { runLongSync } from "./demo/long-sync.ts";
import { createReport } from "./demo/report.ts";
import { takeTour } from "./demo/tour.ts";
import { generate } from "../scripts/generate/command.ts";

const help = `Usage: npm run demo

Generates the built-in vendors from their documents, serves each one's sandbox on 127.0.0.1, and lives through an expiry, a
revoked token, a rotated refresh token, a burst of 429s, wrong credentials and a long sync at the rate limit. Needs no credentials and no network.
Exit code 0 only if everything did what it should.
`;

async function demo(): Promise<number> {
  if (process.argv.includes("--help") || process.argv.includes("-h")) {
    process.stdout.write(help);
    return 0;
  }
  const startedAt = performance.now();
  const report = createReport(process.stdout);
  report.heading("Latchkey: from OpenAPI documents to clients that stay signed in");
  const code = await generate(["--force"], {
    out: (text) => report.say(text.trimEnd()),
    error: (text) => process.stderr.write(text),
  });
  report.check("generated the clients from specs/*/openapi.yaml", code === 0);

  await takeTour({ vendor: propeller, run: runPropeller, call: (api) => api.GET("/v2/products") }, report);
  await takeTour(
    {
      vendor: popupGiftCards,
      run: (api, say) => runPopupGiftCards(api, say),
      call: (api) => api.GET("/api/v1/categories"),
    },
    report,
  );
  await takeTour(
    {
      vendor: elasticPath,
      run: (api, say, { customer }) => runElasticPath(api, say, { email: "", password: "", ...customer }),
      call: (api) => api.GET("/v2/orders"),
    },
    report,
  );
  await takeTour({ vendor: connectivity, run: runConnectivity, call: (api) => api.GET("/v1/ping") }, report);
  await takeTour({ vendor: apiera, run: runApiera, call: (api) => api.GET("/v1/skus") }, report);
  await runLongSync(
    elasticPath,
    (api) => api.paginate("GET", "/pcm/products", { params: { query: { "page[limit]": 2 } } }),
    report,
  );

  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  report.heading(report.failures === 0 ? `All of it held, in ${seconds} s.` : `${report.failures} of it did not hold.`);
  return report.failures === 0 ? 0 : 1;
}

process.exitCode = await demo();
