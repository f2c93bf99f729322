/** Compares webhooks and callbacks. The vendor sends these requests, so the directions are reversed: the user's program receives them. */
import type { ContractMessages, ContractRequest, ContractResponses } from "../../codegen/contract/contract.ts";
import { compareMaps } from "../util/compare-maps.ts";
import { compareResponse, type ResponseRules } from "./compare-bodies.ts";
import type { ComparePart, Say } from "./pair-operations.ts";

/** Reports changes of one message and compares its schemas. */
export interface Telling {
  readonly say: Say;
  readonly compare: ComparePart;
}

export function compareMessages(
  kind: "webhook" | "callback",
  before: ContractMessages = {},
  after: ContractMessages = {},
  tell: (message: string) => Telling,
): void {
  compareMaps(before, after, {
    added: (name) => tell(name).say(`${kind}-added`, ""),
    removed: (name) => tell(name).say(`${kind}-removed`, ""),
    both: (name, older, newer) => compareMessage(older, newer, tell(name)),
  });
}

type Message = ContractMessages[string];

function compareMessage(before: Message, after: Message, { say, compare }: Telling): void {
  if (before.deprecated !== true && after.deprecated === true) say("message-deprecated", "");
  compareMaps(before.parameters, after.parameters, {
    added: (name) => say("message-parameter-added", name),
    removed: (name) => say("message-parameter-removed", name),
    both(name, older, newer) {
      if (older.required !== true && newer.required === true) say("message-parameter-became-required", name);
      else if (older.required === true && newer.required !== true) say("message-parameter-became-optional", name);
      if (older.style !== newer.style || older.explode !== newer.explode) say("message-parameter-style-changed", name);
      compare(name, older.schema, newer.schema, "received");
    },
  });
  compareBody(before.body, after.body, { say, compare });
  if (before.responses && after.responses) compareAnswers(before.responses, after.responses, { say, compare });
}

type Body = ContractRequest["body"];

function compareBody(before: Body, after: Body, { say, compare }: Telling): void {
  if (before === undefined || after === undefined) {
    if (before !== undefined) say("message-body-removed", "body");
    if (after !== undefined) say("message-body-added", "body");
    return;
  }
  if (before.required !== true && after.required === true) say("message-body-became-required", "body");
  else if (before.required === true && after.required !== true) say("message-body-became-optional", "body");
  compareMaps(before.content, after.content, {
    added: (type) => say("message-media-type-added", `body ${type}`),
    removed: (type) => say("message-media-type-removed", `body ${type}`),
    both: (type, older, newer) => compare(`body ${type}`, older, newer, "received"),
  });
}

/** The responses to the vendor's requests: the user's program sends them and the vendor reads them. */
const answerRules: ResponseRules = {
  direction: "sent",
  body: { added: "answer-body-added", removed: "answer-body-removed" },
  mediaType: { added: "answer-media-type-added", removed: "answer-media-type-removed" },
  header: {
    added: "answer-header-added",
    requiredAdded: "required-answer-header-added",
    removed: "answer-header-removed",
    becameRequired: "answer-header-became-required",
    becameOptional: "answer-header-became-optional",
  },
};

function compareAnswers(before: ContractResponses, after: ContractResponses, { say, compare }: Telling): void {
  compareMaps(before, after, {
    added: (status) => say("answer-added", `answer ${status}`),
    removed: (status) => say("answer-removed", `answer ${status}`),
    both: (status, older, newer) => compareResponse(`answer ${status}`, older, newer, answerRules, say, compare),
  });
}
