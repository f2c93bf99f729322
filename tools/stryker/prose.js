// Stryker's mutants of texts for people are left out: a message is no rule. What has no blank in it is a code, and is mutated.
import { declareValuePlugin, PluginKind } from "@stryker-mutator/api/plugin";

const isProse = (text) => /\s/u.test(text.trim());

export const strykerPlugins = [
  declareValuePlugin(PluginKind.Ignore, "prose", {
    shouldIgnore({ node }) {
      if (node.type === "StringLiteral" && isProse(node.value)) return "a text for people";
      if (node.type === "TemplateLiteral" && node.quasis.some((part) => isProse(part.value.raw)))
        return "a text for people";
      return undefined;
    },
  }),
];
