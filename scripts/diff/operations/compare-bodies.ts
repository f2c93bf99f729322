/** What is sent and what comes back, by media type and status. */
import type { ContractOperation } from "../../codegen/contract/contract.ts";
import { compareLists, compareMaps } from "../util/compare-maps.ts";
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

export function compareResponses(before: Responses, after: Responses, say: Say, compare: ComparePart): void {
  compareMaps(before, after, {
    added: (status) => say(isSuccess(status) ? "success-response-added" : "error-response-added", `response ${status}`),
    removed: (status) =>
      say(isSuccess(status) ? "success-response-removed" : "error-response-removed", `response ${status}`),
    both: (status, older, newer) => compareResponse(`response ${status}`, older, newer, say, compare),
  });
}

const isSuccess = (status: string): boolean => status.startsWith("2");

type Response = Responses[string];

function compareResponse(at: string, before: Response, after: Response, say: Say, compare: ComparePart): void {
  const isEmpty = ({ content }: Response) => Object.keys(content).length === 0;
  if (isEmpty(before) !== isEmpty(after)) say(isEmpty(before) ? "response-body-added" : "response-body-removed", at);
  else {
    compareMaps(before.content, after.content, {
      added: (type) => say("response-media-type-added", `${at} ${type}`),
      removed: (type) => say("response-media-type-removed", `${at} ${type}`),
      both: (type, older, newer) => compare(`${at} ${type}`, older, newer, "received"),
    });
  }
  compareLists(before.links ?? [], after.links ?? [], {
    added: (name) => say("link-added", `${at} link ${name}`),
    removed: (name) => say("link-removed", `${at} link ${name}`),
  });
  compareMaps(before.headers, after.headers, {
    added: (name) => say("response-header-added", `${at} header ${name}`),
    removed: (name) => say("response-header-removed", `${at} header ${name}`),
    both(name, older, newer) {
      const place = `${at} header ${name}`;
      if (older.required !== true && newer.required === true) say("response-header-became-required", place);
      else if (older.required === true && newer.required !== true) say("response-header-became-optional", place);
      compare(place, older.schema, newer.schema, "received");
    },
  });
}
