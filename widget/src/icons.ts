/** The few pictures that the widget has, as SVG of its own. */

import { svg, html, type TemplateResult } from "lit";

const draw = (path: string): TemplateResult =>
  html`<svg width="20" height="20" viewBox="0 0 24 24" aria-hidden="true">
    ${svg`<path d=${path}></path>`}
  </svg>`;

export const chat = draw("M4 3h16a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H9l-5 5v-5a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2z");
export const close = draw("M18.3 4.3 12 10.6 5.7 4.3 4.3 5.7l6.3 6.3-6.3 6.3 1.4 1.4 6.3-6.3 6.3 6.3 1.4-1.4-6.3-6.3 6.3-6.3z");
export const more = draw("M12 8a2 2 0 1 0 0-4 2 2 0 0 0 0 4zm0 6a2 2 0 1 0 0-4 2 2 0 0 0 0 4zm0 6a2 2 0 1 0 0-4 2 2 0 0 0 0 4z");
export const send = draw("M12 3 4.5 10.5l1.8 1.8 4.4-4.4V21h2.6V7.9l4.4 4.4 1.8-1.8z");
export const up = draw("M2 10h4v11H2zm6 9V9l5-7c1.5 0 2.3 1.2 2 2.6L14.2 8H20a2 2 0 0 1 2 2.3l-1.4 8A2 2 0 0 1 18.6 20H9z");
export const down = draw("M22 14h-4V3h4zm-6-9v10l-5 7c-1.5 0-2.3-1.2-2-2.6L9.8 16H4a2 2 0 0 1-2-2.3l1.4-8A2 2 0 0 1 5.4 4H15z");
