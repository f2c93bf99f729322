/** Plots the timeline of a chaos run: token requests, and how long callers waited. */
import type { TokenRequest } from "./token-proxy.ts";
import type { CallSample } from "./worker-messages.ts";
import { type Point, toSvg } from "../lib/svg-plot.ts";

export interface Timeline {
  readonly title: string;
  readonly seconds: number;
  /** The start; all times are of `performance.now()`. */
  readonly began: number;
  readonly requests: readonly TokenRequest[];
  readonly waits: readonly CallSample[];
  readonly kills: readonly number[];
  readonly losses: readonly number[];
  /** What happened to the store then. */
  readonly loss: string;
}

export function drawTimeline({ title, seconds, began, ...course }: Timeline): string {
  const since = (at: number) => (at - began) / 1000;
  const waited = (isAnswered: boolean) =>
    course.waits
      .filter((wait) => wait[2] === isAnswered)
      .map(([at, wait]) => [since(at), Math.max(wait, 0.1)] as const);
  const dots = (pick: (one: TokenRequest) => boolean) =>
    course.requests.filter(pick).map((one) => [since(one.at), Math.max((one.until ?? one.at) - one.at, 1)] as const);
  const losses = {
    kind: "rules" as const,
    colour: "#d33",
    label: course.loss,
    at: course.losses.map(since),
  };
  return toSvg({
    title,
    axis: "seconds",
    from: 0,
    to: seconds,
    panels: [
      {
        title: "token requests",
        unit: "ms each",
        isLogarithmic: true,
        marks: [
          {
            kind: "dots",
            colour: "#27c",
            label: "refresh",
            points: dots(({ spent, attempt }) => spent !== undefined && attempt < 2),
          },
          {
            kind: "dots",
            colour: "#e80",
            label: "refresh, marked in doubt",
            points: dots(({ spent, attempt }) => spent !== undefined && attempt >= 2),
          },
          { kind: "dots", colour: "#293", label: "sign-in", points: dots(({ spent }) => spent === undefined) },
          { kind: "ticks", colour: "#999", label: "kill", at: course.kills.map(since) },
          losses,
        ],
      },
      {
        title: "callers' waits",
        unit: "ms",
        isLogarithmic: true,
        marks: [
          { kind: "dots", colour: "#79b", label: "a call", points: thin(waited(true)) },
          { kind: "dots", colour: "#c66", label: "one that failed", points: thin(waited(false)) },
          {
            kind: "line",
            colour: "#124",
            label: "99 % of a second's are shorter",
            points: bySecond(waited(true), 0.99),
          },
          losses,
        ],
      },
    ],
  });
}

/** The waits of each second that has some. */
function bySecond(points: readonly Point[], share: number): Point[] {
  const seconds = new Map<number, number[]>();
  for (const [at, wait] of points) {
    const second = Math.floor(at);
    seconds.set(second, [...(seconds.get(second) ?? []), wait]);
  }
  return [...seconds]
    .sort(([a], [b]) => a - b)
    .map(([second, inside]) => {
      const sorted = inside.sort((a, b) => a - b);
      return [second + 0.5, sorted[Math.floor(sorted.length * share)] ?? 0] as const;
    });
}

/** Thins out the dots: all long waits, and as many others as can be distinguished. */
function thin(points: readonly Point[]): Point[] {
  const share = Math.min(1, 4_000 / points.length);
  const limit = 100;
  return points.filter(
    ([, wait], index) => wait >= limit || Math.floor(index * share) !== Math.floor((index - 1) * share),
  );
}
