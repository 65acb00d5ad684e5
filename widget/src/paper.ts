/** A transcript to keep, and a card to print. */

import type { Answer } from "./protocol.js";

const PAPER = `
  body { font: 12pt/1.5 system-ui, sans-serif; max-width: 40rem; margin: 2rem auto; color: #000; }
  h1 { font-size: 18pt; margin: 0; }
  h2 { font-size: 12pt; margin: 1.5rem 0 0.5rem; }
  li { margin-block: 0.25rem; }
`;

export interface Line {
  from: "user" | "advisor";
  text: string;
  at: Date;
}

/** Offers the conversation as a text file. */
export function download(lines: Line[], title: string): void {
  const text = lines.map(
    ({ from, text, at }) => `${at.toLocaleString()}  ${from === "user" ? "You" : title}\n${text}\n`,
  );
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text.join("\n")], { type: "text/plain" }));
  link.download = "conversation.txt";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

/** Prints a card of the fit check by itself, without the page around it. */
export function printCard(answer: Answer, title: string, phone: string): void {
  const frame = document.createElement("iframe");
  frame.title = "Fit check";
  frame.setAttribute("aria-hidden", "true");
  frame.tabIndex = -1;
  // Not `hidden`: a frame that has no box is printed empty by some browsers.
  Object.assign(frame.style, { position: "fixed", width: "0", height: "0", border: "0" });
  document.body.append(frame);
  const page = frame.contentDocument;
  const view = frame.contentWindow as (Window & typeof globalThis) | null;
  if (!page || !view) return;
  const style = new view.CSSStyleSheet();
  style.replaceSync(PAPER);
  page.adoptedStyleSheets = [style];
  page.title = `Fit check, ${title}`;
  const add = (kind: string, text: string, to: Element = page.body) => {
    const made = page.createElement(kind);
    made.textContent = text;
    to.append(made);
    return made;
  };
  add("h1", "Fit check");
  add("p", `${title}, ${new Date().toLocaleDateString([], { dateStyle: "long" })}`);
  add("h2", answer.lead);
  const list = add("ul", "");
  for (const point of answer.points) add("li", point, list);
  if (answer.caveat) add("p", answer.caveat);
  if (answer.source) add("p", `Source: ${answer.source}.`);
  if (phone) add("p", `A person: ${phone}`);
  view.addEventListener("afterprint", () => frame.remove());
  view.focus();
  view.print();
}
