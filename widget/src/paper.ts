/** A transcript to keep, and a card to print. */

import type { Answer } from "./protocol.js";

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

/** Prints one answer by itself, without the page around it. */
export function print(answer: Answer): void {
  const frame = document.createElement("iframe");
  frame.hidden = true;
  frame.title = "Fit check";
  document.body.append(frame);
  const page = frame.contentDocument;
  const view = frame.contentWindow;
  if (!page || !view) return;
  const add = (kind: string, text: string, to: Element = page.body) => {
    const made = page.createElement(kind);
    made.textContent = text;
    to.append(made);
    return made;
  };
  add("h1", "Fit check");
  add("p", answer.lead);
  const list = add("ul", "");
  for (const point of answer.points) add("li", point, list);
  add("p", answer.caveat);
  if (answer.source) add("p", `Source: ${answer.source}.`);
  view.addEventListener("afterprint", () => frame.remove());
  view.print();
}
