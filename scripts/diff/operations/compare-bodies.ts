/** Compares request bodies by media type, and responses by status. */
import type { ContractOperation } from "../../codegen/contract/contract.ts";
import { compareLists, compareMaps } from "../util/compare-maps.ts";
import type { RuleName } from "../rules/rules.ts";
import type { ComparePart, Say } from "./pair-operations.ts";

type Body = ContractOperation["body"];
type Responses = ContractOperation["responses"];

export function compareBodies(before: Body, after: Body, say: Say, compare: ComparePart): void {
  if (before === undefined || after === undefined) {
    if (before !== undefined) say("body-removed", "body");
    if (after !== undefined) say(after.required === true ? "required-body-added" : "body-added", "body");
    return;
  }
  if (before.required !== true && after.required === true) say("body-became-required", "body");
  else if (before.required === true && after.required !== true) say("body-became-optional", "body");
  compareMaps(before.content, after.content, {
    added: (type) => say("body-media-type-added", `body ${type}`),
    removed: (type) => say("body-media-type-removed", `body ${type}`),
    both: (type, older, newer) => compare(`body ${type}`, older, newer, "sent"),
  });
}

/** The rules and the direction by which the parts of a response are compared. */
export interface ResponseRules {
  readonly direction: "sent" | "received";
  readonly body: { readonly added: RuleName; readonly removed: RuleName };
  readonly mediaType: { readonly added: RuleName; readonly removed: RuleName };
  readonly header: {
    readonly added: RuleName;
    readonly requiredAdded: RuleName;
    readonly removed: RuleName;
    readonly becameRequired: RuleName;
    readonly becameOptional: RuleName;
  };
}

const responseRules: ResponseRules = {
  direction: "received",
  body: { added: "response-body-added", removed: "response-body-removed" },
  mediaType: { added: "response-media-type-added", removed: "response-media-type-removed" },
  header: {
    added: "response-header-added",
    requiredAdded: "response-header-added",
    removed: "response-header-removed",
    becameRequired: "response-header-became-required",
    becameOptional: "response-header-became-optional",
  },
};

export function compareResponses(before: Responses, after: Responses, say: Say, compare: ComparePart): void {
  compareMaps(before, after, {
    added: (status) => say(isSuccess(status) ? "success-response-added" : "error-response-added", `response ${status}`),
    removed: (status) =>
      say(isSuccess(status) ? "success-response-removed" : "error-response-removed", `response ${status}`),
    both(status, older, newer) {
      const at = `response ${status}`;
      compareResponse(at, older, newer, responseRules, say, compare);
      compareLists(older.links ?? [], newer.links ?? [], {
        added: (name) => say("link-added", `${at} link ${name}`),
        removed: (name) => say("link-removed", `${at} link ${name}`),
      });
    },
  });
}

const isSuccess = (status: string): boolean => status.startsWith("2");

type Response = Responses[string];

export function compareResponse(
  at: string,
  before: Response,
  after: Response,
  rules: ResponseRules,
  say: Say,
  compare: ComparePart,
): void {
  const { direction, body, mediaType, header } = rules;
  const isEmpty = ({ content }: Response) => Object.keys(content).length === 0;
  if (isEmpty(before) !== isEmpty(after)) say(isEmpty(before) ? body.added : body.removed, at);
  else {
    compareMaps(before.content, after.content, {
      added: (type) => say(mediaType.added, `${at} ${type}`),
      removed: (type) => say(mediaType.removed, `${at} ${type}`),
      both: (type, older, newer) => compare(`${at} ${type}`, older, newer, direction),
    });
  }
  compareMaps(before.headers, after.headers, {
    added: (name, { required }) => say(required === true ? header.requiredAdded : header.added, `${at} header ${name}`),
    removed: (name) => say(header.removed, `${at} header ${name}`),
    both(name, older, newer) {
      const place = `${at} header ${name}`;
      if (older.required !== true && newer.required === true) say(header.becameRequired, place);
      else if (older.required === true && newer.required !== true) say(header.becameOptional, place);
      compare(place, older.schema, newer.schema, direction);
    },
  });
}
