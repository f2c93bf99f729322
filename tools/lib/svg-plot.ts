/** Draws a plot of panels over one axis as a self-contained SVG. */

export type Mark =
  | { readonly kind: "line"; readonly colour: string; readonly label: string; readonly points: readonly Point[] }
  | { readonly kind: "dots"; readonly colour: string; readonly label: string; readonly points: readonly Point[] }
  /** Vertical lines over the whole height, or short ones at the bottom if there are many. */
  | {
      readonly kind: "rules" | "ticks";
      readonly colour: string;
      readonly label: string;
      readonly at: readonly number[];
    };

export type Point = readonly [x: number, y: number];

export interface Panel {
  readonly title: string;
  readonly unit: string;
  readonly marks: readonly Mark[];
  /** Between whole powers of ten, one for each step. @default false */
  readonly isLogarithmic?: boolean;
}

export interface Plot {
  readonly title: string;
  readonly axis: string;
  readonly from: number;
  readonly to: number;
  readonly panels: readonly Panel[];
}

const width = 960;
const panelHeight = 220;
const left = 70;
const right = 20;
const top = 44;
const gap = 56;

export function toSvg({ title, axis, from, to, panels }: Plot): string {
  const height = top + panels.length * (panelHeight + gap) + 8;
  const x = (value: number) => left + ((value - from) / (to - from || 1)) * (width - left - right);
  const inside = panels.map((panel) => ({ ...panel, marks: panel.marks.map((mark) => within(mark, from, to)) }));
  const body = inside.map((panel, index) => drawPanel(panel, top + index * (panelHeight + gap) + 18, x));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12">`,
    `<title>${escapeText(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    text(left, 22, title, 'font-size="16" font-weight="600"'),
    ...body,
    ...steps(from, to, 8).flatMap((value) => [
      text(x(value), height - 26, toText(value), 'text-anchor="middle" fill="#555"'),
    ]),
    text(width - right, height - 10, axis, 'text-anchor="end" fill="#555"'),
    "</svg>\n",
  ].join("\n");
}

function within(mark: Mark, from: number, to: number): Mark {
  const isInside = (x: number) => x >= from && x <= to;
  return "at" in mark
    ? { ...mark, at: mark.at.filter(isInside) }
    : { ...mark, points: mark.points.filter(([x]) => isInside(x)) };
}

function drawPanel(
  { title, unit, marks, isLogarithmic = false }: Panel,
  y0: number,
  x: (value: number) => number,
): string {
  const values = marks.flatMap((mark) => ("at" in mark ? [] : mark.points.map(([, value]) => value)));
  const greatest = values.reduce((a, b) => Math.max(a, b), 1);
  const smallest = values.reduce((a, b) => (b > 0 ? Math.min(a, b) : a), greatest);
  const [low, high] = [Math.floor(Math.log10(smallest)), Math.max(Math.ceil(Math.log10(greatest)), 1)];
  const [least, most] = isLogarithmic ? [10 ** low, 10 ** high] : [0, greatest];
  const scale = (value: number) =>
    isLogarithmic ? Math.log(Math.max(value, least) / least) / Math.log(most / least || Math.E) : value / most;
  const y = (value: number) => y0 + panelHeight - Math.min(1, scale(value)) * (panelHeight - 10);
  const ticks = isLogarithmic
    ? Array.from({ length: high - low + 1 }, (_, power) => 10 ** (low + power))
    : steps(0, most, 4);
  const parts = [
    text(left, y0 - 6, `${title} (${unit})`, 'font-weight="600"'),
    ...ticks.map(
      (value) =>
        `<path d="M${left} ${round(y(value))}H${width - right}" stroke="#eee"/>${text(left - 8, y(value) + 4, toText(value), 'text-anchor="end" fill="#555"')}`,
    ),
    `<path d="M${left} ${y0}V${y0 + panelHeight}H${width - right}" fill="none" stroke="#999"/>`,
  ];
  for (const mark of marks) parts.push(draw(mark, x, y, y0));
  let legend = width - right;
  for (const { kind, colour, label } of marks.toReversed()) {
    legend -= label.length * 7 + 26;
    const sign =
      kind === "line"
        ? 'y="-5" width="10" height="3"'
        : kind === "dots"
          ? 'y="-8" width="8" height="8" rx="4"'
          : 'x="3" y="-9" width="3" height="10"';
    parts.push(
      `<g transform="translate(${legend} ${y0 - 6})"><rect ${sign} fill="${colour}"/></g>`,
      text(legend + 14, y0 - 6, label, ""),
    );
  }
  return parts.join("\n");
}

function draw(mark: Mark, x: (value: number) => number, y: (value: number) => number, y0: number): string {
  if ("at" in mark) {
    const from = mark.kind === "rules" ? y0 : y0 + panelHeight - 8;
    const path = mark.at.map((at) => `M${round(x(at))} ${from}V${y0 + panelHeight}`).join("");
    return `<path d="${path}" stroke="${mark.colour}" stroke-width="${mark.kind === "rules" ? 1.5 : 1}"/>`;
  }
  if (mark.kind === "dots") {
    const path = mark.points.map(([at, value]) => `M${round(x(at))} ${round(y(value))}h0`).join("");
    return `<path d="${path}" stroke="${mark.colour}" stroke-width="${mark.points.length > 500 ? 3 : 6}" stroke-linecap="round" stroke-opacity="${mark.points.length > 500 ? 0.35 : 0.85}"/>`;
  }
  const path = mark.points
    .map(([at, value], index) => `${index === 0 ? "M" : "L"}${round(x(at))} ${round(y(value))}`)
    .join("");
  return `<path d="${path}" fill="none" stroke="${mark.colour}" stroke-width="1.5"/>`;
}

function steps(from: number, to: number, count: number): number[] {
  const rough = (to - from) / count || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((one) => one * power).find((one) => one >= rough) ?? rough;
  const found: number[] = [];
  for (let value = Math.ceil(from / step) * step; value <= to + step / 1e6; value += step) found.push(value);
  return found;
}

const round = (value: number): string => value.toFixed(1);

const toText = (value: number): string =>
  value >= 10_000 ? `${+(value / 1000).toPrecision(3)}k` : `${+value.toPrecision(3)}`;

const text = (x: number, y: number, content: string, attributes: string): string =>
  `<text x="${round(x)}" y="${round(y)}" ${attributes}>${escapeText(content)}</text>`;

const escapeText = (content: string): string => content.replace(/&/gu, "&amp;").replace(/</gu, "&lt;");
