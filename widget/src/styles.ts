import { css } from "lit";

/* Important rules of a shadow root win over the page's, so no page style reaches inside. */
export const styles = css`
  :host {
    all: initial !important;
    display: block !important;
    --accent: var(--career-advisor-accent, #1f4e79);
    --on-accent: var(--career-advisor-on-accent, #fff);
    --paper: #fff;
    --ink: #1b2530;
    --soft: #f1f4f7;
    --quiet: #52606d;
    --line: #c3ccd5;
    --alarm: #a3141c;
    --focus: #0b57d0;
    --mark: #1b2530;
    --bar: #8fb3d9;
  }
  @media (prefers-color-scheme: dark) {
    :host(:not([theme="light"])) {
      --paper: #161c22;
      --ink: #eef2f6;
      --soft: #252d36;
      --quiet: #b3bfca;
      --line: #4b5865;
      --alarm: #ffb4ab;
      --focus: #a8c7fa;
      --mark: #fff;
      --bar: #4f7cab;
    }
  }
  :host([theme="dark"]) {
    --paper: #161c22;
    --ink: #eef2f6;
    --soft: #252d36;
    --quiet: #b3bfca;
    --line: #4b5865;
    --alarm: #ffb4ab;
    --focus: #a8c7fa;
    --mark: #fff;
    --bar: #4f7cab;
  }
  :host([inline]) {
    height: 100% !important;
  }
  * {
    box-sizing: border-box;
  }
  [hidden] {
    display: none !important;
  }
  .root {
    color: var(--ink);
    font: 400 16px/1.45 var(--career-advisor-font, system-ui, sans-serif);
    text-align: start;
    height: 100%;
  }
  button,
  textarea {
    font: inherit;
    color: inherit;
    margin: 0;
  }
  button {
    cursor: pointer;
    border: 1px solid var(--line);
    border-radius: 8px;
    background: var(--paper);
    padding: 6px 10px;
    min-height: 32px;
  }
  button:disabled {
    cursor: default;
  }
  :focus-visible {
    outline: 3px solid var(--focus);
    outline-offset: 2px;
  }
  svg {
    display: block;
    fill: currentColor;
  }
  .launcher {
    position: fixed;
    inset-block-end: var(--career-advisor-offset, 20px);
    inset-inline-end: var(--career-advisor-offset, 20px);
    z-index: var(--career-advisor-z-index, 2147483000);
    display: flex;
    align-items: center;
    gap: 8px;
    border: 0;
    border-radius: 28px;
    min-height: 56px;
    padding: 0 20px;
    font-weight: 600;
    background: var(--accent);
    color: var(--on-accent);
    box-shadow: 0 4px 16px rgb(0 0 0 / 30%);
  }
  :host([position="left"]) .launcher,
  :host([position="left"]) .panel {
    inset-inline: var(--career-advisor-offset, 20px) auto;
  }
  .badge {
    background: #a3141c;
    color: #fff;
    border-radius: 12px;
    padding: 0 8px;
    font-size: 14px;
  }
  .panel {
    position: fixed;
    inset-block-end: var(--career-advisor-offset, 20px);
    inset-inline-end: var(--career-advisor-offset, 20px);
    z-index: var(--career-advisor-z-index, 2147483000);
    width: min(var(--career-advisor-width, 400px), calc(100vw - 40px));
    height: min(var(--career-advisor-height, 640px), calc(100vh - 40px));
    display: flex;
    flex-direction: column;
    overflow: hidden;
    background: var(--paper);
    border: 1px solid var(--line);
    border-radius: var(--career-advisor-radius, 14px);
    box-shadow: 0 8px 32px rgb(0 0 0 / 30%);
  }
  :host([inline]) .panel {
    position: static;
    width: 100%;
    height: 100%;
    min-height: 320px;
    box-shadow: none;
  }
  .top {
    display: flex;
    align-items: center;
    gap: 4px;
    padding: 8px 8px 8px 16px;
    background: var(--accent);
    color: var(--on-accent);
  }
  h2 {
    flex: 1;
    margin: 0;
    font-size: 17px;
    font-weight: 600;
    overflow-wrap: anywhere;
  }
  .top button {
    background: none;
    border: 0;
    color: inherit;
    padding: 8px;
    min-width: 40px;
    min-height: 40px;
  }
  .top :focus-visible {
    outline-color: currentColor;
    outline-offset: -2px;
  }
  .menu,
  .confirm {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
    align-items: center;
    padding: 10px 16px;
    background: var(--soft);
    border-block-end: 1px solid var(--line);
  }
  .confirm p {
    flex-basis: 100%;
    white-space: normal;
  }
  .yes {
    border-color: currentColor;
    color: var(--alarm);
  }
  a {
    color: inherit;
    white-space: nowrap;
  }
  .menu a {
    display: inline-block;
    padding: 6px 2px;
  }
  .scroll {
    flex: 1;
    min-height: 0;
    overflow-y: auto;
    overscroll-behavior: contain;
    padding: 12px 16px;
  }
  ol {
    list-style: none;
    margin: 0;
    padding: 0;
  }
  p,
  li,
  button,
  textarea {
    unicode-bidi: plaintext;
    overflow-wrap: anywhere;
  }
  p {
    margin: 0;
    white-space: pre-line;
  }
  .privacy p + p {
    margin-block-start: 6px;
  }
  .privacy {
    color: var(--quiet);
    font-size: 14px;
    border-block-end: 1px solid var(--line);
    padding-block-end: 10px;
    margin-block-end: 12px;
  }
  .saying {
    margin-block: 10px;
    display: flex;
    flex-direction: column;
    align-items: flex-start;
  }
  .user {
    align-items: flex-end;
  }
  .bubble {
    max-width: 94%;
    padding: 10px 12px;
    border-radius: 12px;
    background: var(--soft);
  }
  .user .bubble {
    background: var(--accent);
    color: var(--on-accent);
  }
  .meta {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 6px;
    margin-block-start: 4px;
    color: var(--quiet);
    font-size: 13px;
  }
  .meta button {
    background: none;
    border-color: transparent;
    padding: 4px 8px;
  }
  .meta button[aria-pressed="true"] {
    border-color: currentColor;
    color: var(--ink);
  }
  .meta .retry {
    border-color: currentColor;
    color: var(--ink);
  }
  .failed {
    color: var(--alarm);
    font-size: 14px;
  }
  .answer + .answer {
    margin-block-start: 12px;
    padding-block-start: 12px;
    border-block-start: 1px solid var(--line);
  }
  .lead {
    font-weight: 500;
  }
  .answer > * + * {
    margin-block-start: 8px;
  }
  ul {
    margin-block: 8px 0;
    padding-inline-start: 20px;
  }
  li + li {
    margin-block-start: 4px;
  }
  .caveat,
  .source,
  figcaption {
    color: var(--quiet);
    font-size: 14px;
  }
  summary {
    cursor: pointer;
    padding-block: 4px;
  }
  .card {
    border: 1px solid var(--quiet);
    border-radius: 10px;
    padding: 12px;
    background: var(--paper);
  }
  .bubble > .card:only-child {
    margin: -10px -12px;
    border-radius: 12px;
  }
  .chart {
    margin-inline: 0;
  }
  .chart svg {
    width: 100%;
    max-width: 360px;
    direction: ltr;
  }
  .chart text {
    font-size: 12px;
    fill: var(--ink);
  }
  .range {
    fill: var(--bar);
  }
  .median {
    fill: var(--mark);
  }
  .own {
    fill: var(--mark);
  }
  .related {
    fill: none;
    stroke: var(--mark);
    stroke-width: 2;
  }
  progress {
    display: block;
    width: 100%;
    height: 6px;
    appearance: none;
    border: 0;
    border-radius: 3px;
    overflow: hidden;
    color: var(--mark);
    background: var(--line);
  }
  progress::-webkit-progress-bar {
    background: var(--line);
  }
  progress::-webkit-progress-value {
    background: var(--mark);
  }
  progress::-moz-progress-bar {
    background: var(--mark);
  }
  .chips {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
    margin-block: 12px 4px;
  }
  .chips button {
    border-color: var(--quiet);
    border-radius: 18px;
    padding: 6px 14px;
    text-align: start;
    min-height: 36px;
  }
  .chips button:hover {
    background: var(--soft);
  }
  .typing {
    display: flex;
    gap: 5px;
    align-items: center;
    min-height: 24px;
    color: var(--quiet);
  }
  .typing i {
    width: 8px;
    height: 8px;
    border-radius: 50%;
    background: currentColor;
    animation: breathe 1.2s infinite ease-in-out;
  }
  .typing i:nth-child(2) {
    animation-delay: 0.15s;
  }
  .typing i:nth-child(3) {
    animation-delay: 0.3s;
  }
  @keyframes breathe {
    50% {
      opacity: 0.25;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    .typing i {
      animation: none;
    }
  }
  .notice {
    padding: 8px 16px;
    background: var(--soft);
    color: var(--alarm);
    font-size: 14px;
    border-block-start: 1px solid var(--line);
  }
  form {
    display: flex;
    gap: 8px;
    align-items: flex-end;
    padding: 10px 12px;
    border-block-start: 1px solid var(--line);
  }
  textarea {
    flex: 1;
    min-width: 0;
    min-height: 44px;
    max-height: 120px;
    resize: none;
    padding: 10px 12px;
    border: 1px solid var(--quiet);
    border-radius: 10px;
    background: var(--paper);
  }
  textarea::placeholder {
    color: var(--quiet);
    opacity: 1;
  }
  form button {
    min-width: 44px;
    min-height: 44px;
    display: grid;
    place-items: center;
    background: var(--accent);
    color: var(--on-accent);
    border-color: transparent;
    border-radius: 10px;
  }
  .quiet {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  @media (max-width: 480px) {
    :host(:not([inline])) .panel {
      inset: 0;
      width: 100%;
      height: 100vh;
      height: 100dvh;
      border: 0;
      border-radius: 0;
    }
  }
  @media (max-height: 480px) {
    :host(:not([inline])) .panel {
      inset-block-end: 0;
      height: 100vh;
      height: 100dvh;
      border-radius: 0;
    }
  }
`;
