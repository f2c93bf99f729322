// Runs first in npm scripts. It is JavaScript for old versions of Node; the rest of the project needs one that runs TypeScript.
// npm puts node_modules/.bin first on PATH; the devDependency `node` installs a current Node there, unless install scripts are disabled.
const needed = [22, 18];
const found = process.versions.node.split(".").map(Number);

if (found[0] < needed[0] || (found[0] === needed[0] && found[1] < needed[1])) {
  console.error(
    "latchkey: this Node is too old: " +
      process.version +
      " (" +
      process.execPath +
      "), and " +
      needed.join(".") +
      " or newer is needed;\n" +
      "  run npm install with install scripts on (npm install --ignore-scripts=false), which brings a current Node for this project,\n" +
      "  or install one from nodejs.org",
  );
  process.exit(1);
}
