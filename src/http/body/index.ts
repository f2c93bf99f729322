/** All media types but JSON, as one part that is loaded when a call has such a body. */
export { decodeBody } from "./decode.ts";
export { prepareBody } from "./prepare-body.ts";
