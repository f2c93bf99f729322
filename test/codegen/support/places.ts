/** Documents with given text in every place that text can have: what both of them need. */

/** The text of a place, by the place's name. */
export type TextAt = (place: string) => string;

/** The names of all places of a document. */
export function placesOf(document: (text: TextAt) => object): string[] {
  const places = new Set<string>();
  document((place) => {
    places.add(place);
    return place;
  });
  return [...places];
}

/** The dot of an extension's own patterns is no line's end. */
export const oneLine = (text: string): string => text.replace(/[\r\n\u2028\u2029]/gu, " ");
