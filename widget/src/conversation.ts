/** What was said and what is under way; knows no markup. */

import { Client, Failure } from "./client.js";
import type { Memory } from "./memory.js";
import type { Reason, Saying, Structured, Welcome } from "./protocol.js";

export interface Entry {
  key: string;
  from: "user" | "advisor";
  text: string;
  at: Date;
  messageId: string | null;
  reply: number;
  data: Structured | null;
  failed?: string;
  thumb?: "up" | "down";
  reason?: Reason;
}

const PENDING = "pending";
const EXPIRED = 401;
/** Milliseconds after which the wait is put into words. */
const SLOW = 5_000;

export class Conversation {
  entries: Entry[] = [];
  welcome: Welcome | null = null;
  waiting = false;
  slow = false;
  /** What is wrong with more than one message; for the user. */
  notice = "";
  private resumed = false;
  /** Ratings arrive in their order: the last word counts. */
  private rating: Promise<void> = Promise.resolve();
  /** The message under way; ends well, however that goes. */
  private delivery: Promise<void> = Promise.resolve();
  /** Counts conversations: an answer to an earlier one comes too late. */
  private era = 0;

  constructor(
    readonly client: Client,
    private readonly memory: Memory,
    private readonly changed: (answers: Entry[]) => void,
  ) {}

  /** Fetches the greeting and what was said before; may be called again after a failure. */
  async resume(): Promise<void> {
    const era = this.era;
    try {
      this.welcome ??= await this.client.welcome();
      if (!this.resumed && this.client.session !== null) {
        const said = await this.history();
        if (era !== this.era) return;
        this.entries = this.joined(said);
      }
      if (!this.resumed) this.restorePending();
      this.resumed = true;
      this.notice = "";
    } catch (error) {
      this.notice = words(error);
    }
    this.changed([]);
  }

  get failedEntry(): Entry | undefined {
    return this.entries.find((entry) => entry.failed !== undefined);
  }

  /** Sends a message; on failure it stays, marked, and can be sent again. */
  async send(text: string): Promise<void> {
    const said = text.trim();
    if (!said || this.waiting) return;
    const sent: Entry = {
      key: newId(),
      from: "user",
      text: said,
      at: new Date(),
      messageId: newId(),
      reply: 0,
      data: null,
    };
    this.entries = [...this.entries, sent];
    await (this.delivery = this.deliver(sent));
  }

  /** Sends a message again, under its own id: the server answers it once. */
  async retry(entry: Entry): Promise<void> {
    if (this.waiting) return;
    if (!this.resumed) await this.resume();
    await (this.delivery = this.deliver(entry));
  }

  async rate(entry: Entry, thumb: "up" | "down", reason?: Reason): Promise<void> {
    if (entry.messageId === null) return;
    const before = { ...entry };
    const id = entry.messageId;
    Object.assign(entry, { thumb, reason });
    this.changed([]);
    const rated = this.rating.then(() => this.client.rate(id, entry.reply, thumb === "up", reason));
    this.rating = rated.catch(() => undefined);
    try {
      await rated;
      this.notice = "";
    } catch (error) {
      Object.assign(entry, { thumb: before.thumb, reason: before.reason });
      this.notice = words(error);
    }
    this.changed([]);
  }

  /** Begins anew; the server keeps the earlier conversation until its time is over or `delete`. */
  reset(): void {
    this.client.leaveSession();
    this.clear();
  }

  /** Deletes this conversation and those before it, on the server and here. */
  async delete(): Promise<boolean> {
    // What is under way would be stored after all.
    await this.delivery;
    try {
      await this.client.delete();
    } catch (error) {
      this.notice = `Nothing was deleted. ${words(error)}`;
      this.changed([]);
      return false;
    }
    this.clear();
    return true;
  }

  /** Forgets what is shown, after another tab has begun anew or deleted. */
  clear(): void {
    this.era += 1;
    this.memory.set(PENDING, null);
    this.entries = [];
    this.waiting = this.slow = false;
    this.notice = "";
    this.resumed = true;
    this.changed([]);
  }

  private async deliver(entry: Entry): Promise<void> {
    const era = this.era;
    const id = entry.messageId ?? newId();
    delete entry.failed;
    this.waiting = true;
    this.memory.set(PENDING, JSON.stringify({ id, text: entry.text }));
    this.changed([]);
    const timer = setTimeout(() => {
      this.slow = this.waiting;
      this.changed([]);
    }, SLOW);
    let answers: Entry[] = [];
    try {
      const replies = await this.sendOrBegin(entry.text, id, () => era === this.era);
      if (era !== this.era) return;
      this.memory.set(PENDING, null);
      answers = replies.map((reply, place) => ({
        ...reply,
        key: `${id}.${place}`,
        from: "advisor",
        at: new Date(),
        messageId: id,
        reply: place,
      }));
      // Answers stand behind their question, wherever that stood when it was sent again.
      const others = this.entries.filter((one) => one === entry || one.messageId !== id);
      const place = others.indexOf(entry) + 1;
      this.entries = [...others.slice(0, place), ...answers, ...others.slice(place)];
    } catch (error) {
      if (era !== this.era) return;
      entry.failed = words(error);
    } finally {
      clearTimeout(timer);
      if (era === this.era) {
        this.waiting = this.slow = false;
        this.changed(answers);
      }
    }
  }

  private async sendOrBegin(text: string, id: string, wanted: () => boolean) {
    try {
      return await this.client.send(text, id, wanted);
    } catch (error) {
      if (!(error instanceof Failure && error.status === EXPIRED) || !wanted()) throw error;
      this.client.leaveSession();
      this.notice = "The earlier session has ended. This is a new conversation.";
      return await this.client.send(text, id, wanted);
    }
  }

  private async history(): Promise<Saying[]> {
    try {
      return await this.client.history();
    } catch (error) {
      if (!(error instanceof Failure && error.status === EXPIRED)) throw error;
      this.client.leaveSession();
      return [];
    }
  }

  /** What the server has, and behind it what was said here before that came. */
  private joined(said: Saying[]): Entry[] {
    const mine = this.entries.filter(({ from }) => from === "user");
    const known = new Set(said.map((saying) => saying.message_id));
    const since = this.entries.filter(({ messageId }) => !known.has(messageId));
    const own = (saying: Saying) =>
      saying.from === "user" ? mine.find((one) => one.messageId === saying.message_id) : undefined;
    return [...said.map((saying) => own(saying) ?? entry(saying)), ...since];
  }

  /** A message that was under way when the page was left. */
  private restorePending(): void {
    const kept = this.memory.get(PENDING);
    if (kept === null) return;
    const { id, text } = JSON.parse(kept) as { id: string; text: string };
    // This page has sent it, and says itself how that goes.
    if (this.waiting || this.failedEntry?.messageId === id) return;
    if (this.entries.some((entry) => entry.messageId === id && entry.from === "advisor")) {
      this.memory.set(PENDING, null);
      return;
    }
    this.entries = this.entries.filter((entry) => entry.messageId !== id);
    this.entries.push({
      key: newId(),
      from: "user",
      text,
      at: new Date(),
      messageId: id,
      reply: 0,
      data: null,
      failed: "This message was not answered.",
    });
  }
}

function entry(said: Saying): Entry {
  return {
    key: newId(),
    from: said.from,
    text: said.text,
    at: new Date(said.at * 1000),
    messageId: said.message_id,
    reply: said.reply ?? 0,
    data: said.data ?? null,
  };
}

function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function words(error: unknown): string {
  return error instanceof Failure ? error.message : "Something went wrong here.";
}
