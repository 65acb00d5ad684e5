/** `<career-advisor>`: the launcher and the panel. */

import { LitElement, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { reply } from "./answer.js";
import { Client } from "./client.js";
import { textOn } from "./colour.js";
import { Conversation, type Entry } from "./conversation.js";
import * as icon from "./icons.js";
import { Memory } from "./memory.js";
import { download, printCard } from "./paper.js";
import type { Answer, Reason } from "./protocol.js";
import { styles } from "./styles.js";
import { words } from "./words.js";

const LONGEST = 1000;
const NARROW = "(max-width: 480px)";
const DRAFT = "draft";
const OPEN = "open";
const REASONS: [Reason, string][] = [
  ["wrong", "Wrong"],
  ["outdated", "Outdated"],
  ["not_what_i_asked", "Not what I asked"],
];
const STOP = "Stop the fit check";
const SLOW = "Still working on it";
const EARLIER =
  "What was said before you started again is kept as well. “Delete my conversation” in the menu " +
  "deletes all of it.";

export class CareerAdvisor extends LitElement {
  static override styles = styles;
  static override properties = {
    server: {},
    heading: {},
    accent: {},
    theme: { reflect: true },
    position: { reflect: true },
    inline: { type: Boolean, reflect: true },
    opened: { type: Boolean, reflect: true },
    menu: { state: true },
    confirming: { state: true },
    unread: { state: true },
    draft: { state: true },
    announced: { state: true },
  };

  /** Address of the advisor; where the script came from, unless given. */
  declare server: string;
  declare heading: string;
  /** Colour of header and buttons, such as #1f4e79. */
  declare accent: string;
  /** light or dark; else as the system is set. */
  declare theme: string;
  /** left or right. */
  declare position: string;
  declare inline: boolean;
  declare opened: boolean;
  declare private menu: boolean;
  declare private confirming: boolean;
  declare private unread: number;
  declare private draft: string;
  declare private announced: string;

  private talk!: Conversation;
  private here!: Memory;
  private page!: Memory;
  private returnTo: HTMLElement | null = null;

  constructor() {
    super();
    this.server = "";
    this.heading = "Career advisor";
    this.accent = "";
    this.theme = "";
    this.position = "";
    this.inline = this.opened = this.menu = this.confirming = false;
    this.unread = 0;
    this.draft = this.announced = "";
  }

  /** Opens the panel and puts the cursor into it. */
  open(): void {
    if (!this.opened) this.returnTo = document.activeElement as HTMLElement | null;
    this.show();
    void this.updateComplete.then(() => this.field()?.focus());
  }

  /** Closes the panel; the focus goes back to where it came from. */
  close(): void {
    if (this.inline || !this.opened) return;
    this.opened = this.menu = this.confirming = false;
    this.page.set(OPEN, null);
    this.tell("close");
    void this.updateComplete.then(() => {
      const back = this.returnTo;
      if (back && back !== document.body && back !== this && back.isConnected) back.focus();
      else this.renderRoot.querySelector<HTMLElement>(".launcher")?.focus();
    });
  }

  /** Sends a text as if the user had typed it. */
  async send(text: string): Promise<void> {
    this.show();
    this.tell("message", { from: "user", text });
    await this.talk.send(text.slice(0, LONGEST));
  }

  /** Begins a new conversation. */
  reset(): void {
    this.talk.reset();
    this.menu = this.confirming = false;
    this.announced = "A new conversation has begun.";
    this.field()?.focus();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const server = this.server.replace(/\/+$/, "") || location.origin;
    this.here = new Memory(server);
    this.page = new Memory(server, () => sessionStorage);
    this.talk = new Conversation(new Client(server, this.here), this.here, (answers) =>
      this.heard(answers),
    );
    this.draft = this.page.get(DRAFT) ?? "";
    const reopened = this.page.get(OPEN) !== null && !matchMedia(NARROW).matches;
    if (this.inline || this.opened || reopened) this.show();
    addEventListener("online", this.online);
    addEventListener("storage", this.elsewhere);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener("online", this.online);
    removeEventListener("storage", this.elsewhere);
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has("accent")) {
      const on = this.accent ? textOn(this.accent) : null;
      const set = (name: string, value: string) =>
        value ? this.style.setProperty(name, value) : this.style.removeProperty(name);
      set("--career-advisor-accent", on ? this.accent : "");
      set("--career-advisor-on-accent", on ?? "");
    }
  }

  protected override render(): TemplateResult {
    return html`<div class="root" @keydown=${this.key}>
      ${this.opened ? this.panel() : this.launcher()}
      <div class="quiet" role="status" aria-live="polite">${this.announced}</div>
    </div>`;
  }

  private launcher(): TemplateResult {
    const unread = this.unread
      ? html`<span class="badge"
          >${this.unread}<span class="quiet"> unread ${this.unread === 1 ? "answer" : "answers"}</span></span
        >`
      : nothing;
    return html`<button class="launcher" aria-haspopup="dialog" aria-expanded="false" @click=${this.open}>
      ${icon.chat}<span>${this.heading}</span>${unread}
    </button>`;
  }

  private panel(): TemplateResult {
    const full = !this.inline && matchMedia(NARROW).matches;
    return html`<section
      class="panel"
      role=${this.inline ? "region" : "dialog"}
      aria-modal=${full ? "true" : nothing}
      aria-labelledby="title"
    >
      <div class="top">
        <h2 id="title">${this.heading}</h2>
        <button
          aria-label="Menu"
          aria-expanded=${this.menu ? "true" : "false"}
          @click=${() => (this.menu = !this.menu)}
        >
          ${icon.more}
        </button>
        ${this.inline
          ? nothing
          : html`<button class="close" aria-label="Close" @click=${this.close}>${icon.close}</button>`}
      </div>
      ${this.menu ? this.choices() : nothing} ${this.confirming ? this.confirm() : nothing}
      <div class="scroll" role="region" aria-label="Conversation" tabindex="0">
        ${this.talk.welcome ? this.greeting() : nothing}
        <ol>
          ${repeat(
            this.talk.entries,
            (entry) => entry.key,
            (entry) => this.saying(entry),
          )}
        </ol>
        ${this.talk.waiting ? this.typing() : this.chips()}
      </div>
      ${this.talk.notice ? this.noticed() : nothing} ${this.entryField()}
    </section>`;
  }

  private choices(): TemplateResult {
    const said = this.talk.entries.length > 0;
    const phone = this.talk.welcome?.phone;
    return html`<div class="menu" role="group" aria-label="Menu">
      <button ?disabled=${!said} @click=${this.reset}>Start again</button>
      <button ?disabled=${!said} @click=${() => download(this.talk.entries, this.heading)}>
        Download transcript
      </button>
      <button ?disabled=${!said && !this.talk.client.kept} @click=${this.ask}>
        Delete my conversation
      </button>
      ${phone ? html`<span>${words(`A person: ${phone}`, phone)}</span>` : nothing}
    </div>`;
  }

  private confirm(): TemplateResult {
    const earlier = this.talk.client.earlier.length > 0;
    return html`<div class="confirm" role="group" aria-label="Delete my conversation">
      <p>
        Delete everything that was said here${earlier ? " and before you started again" : ""}, on the
        server too?
      </p>
      <button class="yes" @click=${this.delete}>Delete it</button>
      <button class="no" @click=${() => (this.confirming = false)}>Keep it</button>
    </div>`;
  }

  private greeting(): TemplateResult {
    const { privacy, greeting, phone } = this.talk.welcome!;
    return html`<div class="privacy">
        <p>${words(privacy, phone)}</p>
        ${this.talk.client.earlier.length ? html`<p>${EARLIER}</p>` : nothing}
      </div>
      <div class="saying">
        <div class="bubble"><p class="lead">${words(greeting, phone)}</p></div>
      </div>`;
  }

  private saying(entry: Entry): TemplateResult {
    const mine = entry.from === "user";
    const phone = this.talk.welcome?.phone ?? "";
    const print = (answer: Answer) => printCard(answer, this.heading, phone);
    return html`<li class=${mine ? "saying user" : "saying"}>
      <span class="quiet">${mine ? "You" : this.heading}:</span>
      <div class="bubble">${mine ? html`<p>${entry.text}</p>` : reply(entry, phone, print)}</div>
      <div class="meta">
        <time datetime=${entry.at.toISOString()}
          >${entry.at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })}</time
        >
        ${ratable(entry) ? this.thumbs(entry) : nothing}
      </div>
      ${entry.failed === undefined
        ? nothing
        : html`<div class="meta">
            <span class="failed">${entry.failed}</span>
            <button class="retry" @click=${() => this.talk.retry(entry)}>Send again</button>
          </div>`}
    </li>`;
  }

  private thumbs(entry: Entry): TemplateResult {
    const thumb = (which: "up" | "down", name: string) =>
      html`<button
        class=${which}
        aria-label=${name}
        aria-pressed=${entry.thumb === which ? "true" : "false"}
        @click=${() => this.talk.rate(entry, which)}
      >
        ${icon[which]}
      </button>`;
    const reason = ([value, name]: [Reason, string]) =>
      html`<button
        aria-pressed=${entry.reason === value ? "true" : "false"}
        @click=${() => this.talk.rate(entry, "down", value)}
      >
        ${name}
      </button>`;
    return html`${thumb("up", "Helpful")} ${thumb("down", "Not helpful")}
    ${entry.thumb === "down"
      ? html`<span role="group" aria-label="What was wrong?">${REASONS.map(reason)}</span>`
      : nothing}`;
  }

  private typing(): TemplateResult {
    return html`<div class="typing">
      <i></i><i></i><i></i
      ><span class=${this.talk.slow ? "" : "quiet"}>${this.talk.slow ? SLOW : "Answering"}</span>
    </div>`;
  }

  private chips(): TemplateResult | typeof nothing {
    const { entries, welcome, failedEntry } = this.talk;
    if (failedEntry) return nothing;
    const last = entries[entries.length - 1];
    const texts = last ? (last.data?.suggestions ?? []) : (welcome?.suggestions ?? []);
    const checking = last?.data?.answers.some((answer) => answer.step);
    const chip = (text: string, sent = text) =>
      html`<button @click=${() => this.choose(sent)}>${text}</button>`;
    if (!texts.length) return nothing;
    return html`<div class="chips" role="group" aria-label="Suggestions">
      ${texts.map((text) => chip(text))} ${checking ? chip(STOP, "stop") : nothing}
    </div>`;
  }

  private noticed(): TemplateResult {
    return html`<div class="notice">
      ${this.talk.notice}
      <button @click=${() => this.talk.resume()}>${this.talk.welcome ? "OK" : "Try again"}</button>
    </div>`;
  }

  private entryField(): TemplateResult {
    return html`<form @submit=${this.submit}>
      <textarea
        rows="1"
        maxlength=${LONGEST}
        aria-label="Your question"
        placeholder="Ask a question"
        .value=${this.draft}
        @input=${this.typed}
        @keydown=${this.enter}
      ></textarea>
      <button class="send" aria-label="Send" ?disabled=${this.talk.waiting}>${icon.send}</button>
    </form>`;
  }

  private show(): void {
    if (!this.opened || !this.talk.welcome) void this.talk.resume();
    const was = this.opened;
    this.opened = true;
    this.unread = 0;
    if (!this.inline) this.page.set(OPEN, "yes");
    if (!was) this.tell("open");
    void this.updateComplete.then(() => this.toEnd());
  }

  private heard(answers: Entry[]): void {
    if (answers.length) {
      this.announced = answers.map((answer) => answer.text).join("\n");
      if (!this.opened) this.unread += answers.length;
      for (const { text } of answers) this.tell("message", { from: "advisor", text });
    } else {
      const failed = this.talk.failedEntry?.failed;
      this.announced = failed ?? (this.talk.slow ? SLOW : this.talk.notice);
    }
    this.requestUpdate();
    void this.updateComplete.then(() => this.toEnd(answers[0]));
  }

  /** Shows the end, or the beginning of an answer that is longer than the panel. */
  private toEnd(answer?: Entry): void {
    const scroll = this.renderRoot.querySelector<HTMLElement>(".scroll");
    if (!scroll) return;
    scroll.scrollTop = scroll.scrollHeight;
    const place = answer ? this.talk.entries.indexOf(answer) : -1;
    const row = scroll.querySelectorAll<HTMLElement>("li.saying")[place];
    if (!row) return;
    const above = row.getBoundingClientRect().top - scroll.getBoundingClientRect().top;
    if (above < 0) scroll.scrollTop += above - 8;
  }

  private choose(text: string): void {
    void this.send(text);
    this.field()?.focus();
  }

  private submit(event: Event): void {
    event.preventDefault();
    const text = this.draft;
    if (!text.trim() || this.talk.waiting) return;
    this.keepDraft("");
    void this.send(text);
    this.field()?.focus();
  }

  private typed(event: Event): void {
    this.keepDraft((event.target as HTMLTextAreaElement).value);
  }

  private keepDraft(text: string): void {
    this.draft = text;
    this.page.set(DRAFT, text || null);
  }

  private enter(event: KeyboardEvent): void {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) this.submit(event);
  }

  private key(event: KeyboardEvent): void {
    if (event.key === "Escape" && this.opened && !this.inline) {
      event.stopPropagation();
      this.close();
    }
    if (event.key === "Tab" && !this.inline && matchMedia(NARROW).matches) this.keepInside(event);
  }

  /** On a phone the panel covers the page: the focus stays in it. */
  private keepInside(event: KeyboardEvent): void {
    const places = this.renderRoot.querySelectorAll<HTMLElement>(
      ".panel :is(button:not(:disabled), a, summary, textarea, [tabindex])",
    );
    const [first, last] = [places[0], places[places.length - 1]];
    const at = (this.renderRoot as ShadowRoot).activeElement;
    const goes = event.shiftKey ? at === first && last : at === last && first;
    if (!goes) return;
    event.preventDefault();
    goes.focus();
  }

  private ask(): void {
    this.menu = false;
    this.confirming = true;
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>(".no")?.focus());
  }

  private async delete(): Promise<void> {
    this.confirming = false;
    if (await this.talk.delete()) this.announced = "Your conversation was deleted.";
    this.field()?.focus();
  }

  private field(): HTMLTextAreaElement | null {
    return this.renderRoot.querySelector("textarea");
  }

  private online = (): void => {
    const failed = this.talk.failedEntry;
    if (failed) void this.talk.retry(failed);
    else if (this.opened && !this.talk.welcome) void this.talk.resume();
  };

  private elsewhere = (event: StorageEvent): void => {
    if (event.key === this.talk.client.sessionKey && event.newValue === null) this.talk.clear();
  };

  private tell(name: string, detail?: { from: string; text: string }): void {
    this.dispatchEvent(
      new CustomEvent(`career-advisor-${name}`, { bubbles: true, composed: true, detail }),
    );
  }
}

/** Whether a reply is an answer, and no question of the fit check. */
function ratable(entry: Entry): boolean {
  const answers = entry.data?.answers ?? [];
  return entry.messageId !== null && answers.length > 0 && !answers.some((answer) => answer.step);
}
