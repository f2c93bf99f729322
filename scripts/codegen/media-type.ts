/** What a media type (RFC 9110 §8.3.1) carries. Ranges such as text/* count by their type. */

export const isJson = (type: string): boolean =>
  /^(application|text)\/([^;\s]+\+)?json\s*(;|$)/iu.test(type) || type === "*/*";

export const isForm = (type: string): boolean => isUrlEncoded(type) || isMultipart(type);

export const isUrlEncoded = (type: string): boolean => /^application\/x-www-form-urlencoded\s*(;|$)/iu.test(type);

export const isMultipart = (type: string): boolean => /^multipart\//iu.test(type);
