/** Token endpoints that misbehave. */
import type { Row } from "../row.ts";

export const rows: readonly Row[] = [
  {
    id: "E01",
    rule: "A token response that is broken, cut off or empty is a typed failure, and nothing of it is kept.",
    status: "held",
  },
  { id: "E02", rule: "An HTML page in place of a token gives a typed error that quotes none of it.", status: "held" },
  { id: "E03", rule: "An error under a 200 is that error.", status: "held" },
  {
    id: "E04",
    rule: "A refusal's code is read under any content type, and never out of a text for people.",
    status: "held",
  },
  {
    id: "E05",
    rule: "Without expires_in the documented lifetime stands in, marked as estimated; a 401 corrects it.",
    status: "held",
  },
  { id: "E06", rule: "expires_in may be a number in a text.", status: "held" },
  { id: "E07", rule: "An expires_in that is no number never means that the token lives for ever.", status: "held" },
  { id: "E08", rule: "A token that comes expired is a failure with a back-off, not a loop.", status: "held" },
  { id: "E09", rule: "An impossible lifetime is clamped; no number is guessed to be an epoch.", status: "held" },
  {
    id: "E10",
    rule: "Instants are read as the document says, with or without a zone; of two that disagree the earlier wins.",
    status: "held",
  },
  {
    id: "E11",
    rule: "Token types are compared without case; none means Bearer; another one is an error.",
    status: "held",
  },
  {
    id: "E12",
    rule: "An access token that is missing or no text is an error; a refresh token beside it is kept.",
    status: "held",
  },
  { id: "E13", rule: "A body of 300 MiB is left at a cap.", status: "held" },
  { id: "E14", rule: "However slowly a token endpoint answers, the whole exchange has one deadline.", status: "held" },
  { id: "E15", rule: "The cap counts decoded bytes.", status: "held" },
  { id: "E16", rule: "Sound JSON is taken under any content type; a form-encoded reply is refused.", status: "held" },
  { id: "E17", rule: "Only the declared place is read, however a response is nested.", status: "held" },
  { id: "E18", rule: "Keys such as __proto__ are keys like others.", status: "held" },
  { id: "E19", rule: "A redirect of a token request is refused, and the secrets are not sent on.", status: "held" },
  {
    id: "E20",
    rule: "A 401 with a Basic challenge means refused credentials; nothing is tried in another form.",
    status: "held",
  },
  { id: "E21", rule: "A certificate that is wrong gives a typed error, and nothing is sent.", status: "held" },
  {
    id: "E22",
    rule: "The deadline covers names and connections; what was certainly not sent is not in doubt.",
    status: "held",
  },
  {
    id: "E23",
    rule: "Informational answers and trailers are passed over; a connection lost after sending leaves a refresh in doubt.",
    status: "held",
    rest: "fetch does not show HTTP/2's GOAWAY, so a request that it proves unsent counts as in doubt: the safe reading",
  },
];
