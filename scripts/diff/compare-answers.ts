/** What a webhook or callback is answered with: the user's program sends it, and the vendor reads it. */
import type { ContractResponses } from "../codegen/contract.ts";
import { compareMaps } from "./compare-maps.ts";
import type { ComparePart, Say } from "./operation-pairs.ts";

type Answers = ContractResponses;

export function compareAnswers(before: Answers, after: Answers, say: Say, compare: ComparePart): void {
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
