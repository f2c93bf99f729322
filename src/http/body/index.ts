/** Bodies of all media types but JSON. Loaded when a call has such a body. */
export { decodeBody } from "./decode.ts";
export { prepareBody } from "./prepare-body.ts";
