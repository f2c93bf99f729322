/** Webhooks and callbacks: what the vendor sends, so that the directions are the other way round, and its callers are who reads it. */
import type { ContractMessages, ContractRequest, ContractResponses } from "../../codegen/contract/contract.ts";
import { compareMaps } from "../util/compare-maps.ts";
import type { ComparePart, Say } from "./pair-operations.ts";

/** Tells of one message: its name, and what is said of it at a place within it. */
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
  if (before.responses && after.responses) compareAnswers(before.responses, after.responses, say, compare);
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

/** What it is answered with: the user's program sends that, and the vendor reads it. */
type Answers = ContractResponses;

function compareAnswers(before: Answers, after: Answers, say: Say, compare: ComparePart): void {
  compareMaps(before, after, {
    added: (status) => say("answer-added", `answer ${status}`),
    removed: (status) => say("answer-removed", `answer ${status}`),
    both: (status, older, newer) => compareAnswer(`answer ${status}`, older, newer, say, compare),
  });
}

type Answer = Answers[string];

function compareAnswer(at: string, before: Answer, after: Answer, say: Say, compare: ComparePart): void {
  const isEmpty = ({ content }: Answer) => Object.keys(content).length === 0;
  if (isEmpty(before) !== isEmpty(after)) say(isEmpty(before) ? "answer-body-added" : "answer-body-removed", at);
  else {
    compareMaps(before.content, after.content, {
      added: (type) => say("answer-media-type-added", `${at} ${type}`),
      removed: (type) => say("answer-media-type-removed", `${at} ${type}`),
      both: (type, older, newer) => compare(`${at} ${type}`, older, newer, "sent"),
    });
  }
  compareMaps(before.headers, after.headers, {
    added: (name, { required }) =>
      say(required === true ? "required-answer-header-added" : "answer-header-added", `${at} header ${name}`),
    removed: (name) => say("answer-header-removed", `${at} header ${name}`),
    both(name, older, newer) {
      const place = `${at} header ${name}`;
      if (older.required !== true && newer.required === true) say("answer-header-became-required", place);
      else if (older.required === true && newer.required !== true) say("answer-header-became-optional", place);
      compare(place, older.schema, newer.schema, "sent");
    },
  });
}
