// The sandboxes work where the repository is not: their documents come with the package.
import { connect } from "latchkey";
import { sandboxVendors, startVendorSandbox } from "latchkey-cli/sandbox";

const verified = [];
for (const name of sandboxVendors()) {
  const sandbox = await startVendorSandbox(name);
  const [vendor] = Object.values(await import(`latchkey/vendors/${name}`));
  const api = connect(vendor, { credentials: sandbox.credentials, server: sandbox.server });
  await api.auth.verify();
  await api.close();
  await sandbox.close();
  verified.push(name);
}
console.log(JSON.stringify(verified));
