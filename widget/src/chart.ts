/** Pay figures as a range bar with its median; what belongs to a related job stands apart. */

import { html, nothing, svg, type TemplateResult } from "lit";
import type { Figure } from "./protocol.js";

const LEFT = 8;
const RIGHT = 292;

let format: Intl.NumberFormat | undefined;

/** An amount, such as $90,000. */
function dollars(value: number): string {
  // Made at the first chart: it takes longer than all else before the button shows.
  format ??= new Intl.NumberFormat("en-US", {
    style: "currency",
    currency: "USD",
    maximumFractionDigits: 0,
  });
  return format.format(value);
}

/**
 * Draws a chart, where the figures hold a range.
 *
 * @param figures all figures of a reply.
 * @param own the user's own pay in dollars a year.
 */
export function chart(figures: Figure[], own: number[]): TemplateResult | typeof nothing {
  const pay = figures.filter((figure) => figure.unit === "usd_per_year");
  const find = (statistic: string) =>
    pay.find((figure) => figure.statistic === statistic && figure.relation !== "related");
  const [low, high, median] = [find("low"), find("high"), find("median")];
  const related = pay.find((figure) => figure.relation === "related");
  const mine = own[0];
  if (!low || !high || low.value >= high.value) return nothing;

  const all = [low, high, median, related].flatMap((figure) => (figure ? [figure.value] : []));
  if (mine !== undefined) all.push(mine);
  const least = Math.min(...all);
  const most = Math.max(...all);
  const at = (value: number) => LEFT + ((value - least) / (most - least)) * (RIGHT - LEFT);
  // Without a median there is no line of text above the bar.
  const top = median ? 0 : 20;
  const rows = (related ? 1 : 0) + (mine === undefined ? 0 : 1);
  const words = [
    `Pay a year: range from ${said(low)} to ${said(high)}`,
    median ? `median ${said(median)}` : "",
    related ? `set apart, a related job, ${named(related)}: ${said(related)}` : "",
    mine === undefined ? "" : `your pay: ${dollars(mine)}`,
  ].filter(Boolean);

  return html`<figure class="chart">
    <svg viewBox="0 ${top} 300 ${66 - top + 36 * rows}" role="img" aria-label="${words.join("; ")}.">
      <rect class="range" x=${at(low.value)} y="26" rx="5" height="14"
        width=${at(high.value) - at(low.value)}></rect>
      ${median ? mark(at(median.value), 22, 22, "median") : nothing}
      ${median ? label(at(median.value), 14, `median ${said(median)}`) : nothing}
      ${label(at(low.value), 58, said(low))} ${label(at(high.value), 58, said(high))}
      ${mine === undefined ? nothing : row(at(mine), 70, `your pay ${dollars(mine)}`, "own")}
      ${related
        ? row(at(related.value), 70 + 36 * (rows - 1), `related job: ${said(related)}`, "related")
        : nothing}
    </svg>
    ${related
      ? html`<figcaption>The hollow mark is another job, ${named(related)}.</figcaption>`
      : nothing}
  </figure>`;
}

function named(figure: Figure): string {
  return `${figure.occupation ?? "not named"}, ${figure.statistic}`;
}

function said(figure: Figure): string {
  return `${figure.hedge ? `${figure.hedge} ` : ""}${dollars(figure.value)}`;
}

function mark(x: number, y: number, height: number, kind: string): TemplateResult {
  return svg`<rect class=${kind} x=${x - 2} y=${y} width="4" height=${height} rx="2"></rect>`;
}

function row(x: number, y: number, text: string, kind: string): TemplateResult {
  return svg`<circle class=${kind} cx=${x} cy=${y} r="5"></circle>${label(x, y + 20, text)}`;
}

function label(x: number, y: number, text: string): TemplateResult {
  const anchor = x < 90 ? "start" : x > 210 ? "end" : "middle";
  const place = anchor === "start" ? Math.max(x - 6, 0) : anchor === "end" ? Math.min(x + 6, 300) : x;
  return svg`<text x=${place} y=${y} text-anchor=${anchor}>${text}</text>`;
}
