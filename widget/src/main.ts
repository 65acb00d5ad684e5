/** Defines the element, and adds one to the page where the script's own attributes ask for it. */

import { CareerAdvisor } from "./element.js";

const NAME = "career-advisor";
const GIVEN = ["title", "accent", "theme", "position"] as const;

const script = document.currentScript as HTMLScriptElement | null;
const origin = script?.src ? new URL(script.src).origin : "";

if (!customElements.get(NAME)) {
  customElements.define(
    NAME,
    class extends CareerAdvisor {
      override connectedCallback(): void {
        this.server ||= origin;
        super.connectedCallback();
      }
    },
  );
}

function embed(data: DOMStringMap): void {
  if (document.querySelector(NAME)) return;
  const element = document.createElement(NAME);
  for (const name of GIVEN) {
    const value = data[name];
    if (value) element.setAttribute(name === "title" ? "heading" : name, value);
  }
  if (data["open"] !== undefined && !matchMedia("(max-width: 900px)").matches) {
    element.setAttribute("opened", "");
  }
  document.body.append(element);
}

if (script && script.dataset["embed"] !== "element") {
  const { dataset } = script;
  if (document.body) embed(dataset);
  else addEventListener("DOMContentLoaded", () => embed(dataset));
}

// Lit leaves names on the window for its other copies; a page that has none need not know of ours.
const page = globalThis as unknown as Record<string, unknown> & { litElementVersions?: string[] };
if (page.litElementVersions?.length === 1) {
  delete page.litElementVersions;
  for (const name of ["litHtmlVersions", "reactiveElementVersions", "litPropertyMetadata"]) {
    delete page[name];
  }
}
