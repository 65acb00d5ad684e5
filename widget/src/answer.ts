/** A reply, rendered from its structure: nothing in it is ever parsed as HTML. */

import { html, nothing, type TemplateResult } from "lit";
import { chart } from "./chart.js";
import type { Answer, Reply } from "./protocol.js";
import { words } from "./words.js";

type Print = (answer: Answer) => void;

/**
 * @param phone number of a person, which may stand in the texts.
 * @param print called where the user wants a card of the fit check on paper.
 */
export function reply(said: Reply, phone: string, print: Print): TemplateResult {
  const answers = said.data?.answers;
  if (!answers?.length) return html`<p class="lead">${words(said.text, phone)}</p>`;
  return html`${answers.map((answer, place) => one(answer, answers, place, phone, print))}`;
}

function one(
  answer: Answer,
  all: Answer[],
  place: number,
  phone: string,
  print: Print,
): TemplateResult {
  const later = all.slice(place + 1);
  const figures = [...answer.figures, ...all.filter((o) => o !== answer).flatMap((o) => o.figures)];
  const ranged = answer.figures.some((figure) => figure.statistic === "low");
  const card = isResult(answer);
  // A caveat or a source that answers share is shown once, after the last of them.
  const caveat = answer.caveat && !later.some((other) => other.caveat === answer.caveat);
  const source = answer.source && !later.some((other) => other.source === answer.source);
  return html`<div class=${card ? "answer card" : "answer"}>
    ${answer.step ? progress(answer.step) : nothing}
    <p class="lead">${words(answer.lead, phone)}</p>
    ${answer.points.length
      ? html`<ul>
          ${answer.points.map((point) => html`<li>${words(point, phone)}</li>`)}
        </ul>`
      : nothing}
    ${ranged ? chart(figures, answer.own) : nothing}
    ${caveat ? html`<p class="caveat">${words(answer.caveat, phone)}</p>` : nothing}
    ${source
      ? html`<details class="source">
          <summary>Source</summary>
          <p>From ${answer.source}.</p>
        </details>`
      : nothing}
    ${card
      ? html`<button class="plain" @click=${() => print(answer)}>Print this card</button>`
      : nothing}
  </div>`;
}

/** Whether an answer is the result of the fit check. */
export function isResult(answer: Answer): boolean {
  return answer.kind === "fit" && !answer.step && answer.points.length > 0;
}

function progress([at, of]: [number, number]): TemplateResult {
  return html`<progress max=${of} value=${at} aria-label="Question ${at} of ${of}"></progress>`;
}
