/** Talks to the server: one session, kept over reloads, and failures in words for users. */

import type { Memory } from "./memory.js";
import type { Reason, Reply, Saying, Welcome } from "./protocol.js";

/** Milliseconds that the server gets for an answer. */
const PATIENCE = 30_000;
const SESSION = "session";

/** Something failed; `message` is for the user. */
export class Failure extends Error {
  constructor(
    message: string,
    readonly status = 0,
  ) {
    super(message);
  }
}

export class Client {
  constructor(
    private readonly server: string,
    private readonly memory: Memory,
  ) {}

  get session(): string | null {
    return this.memory.get(SESSION);
  }

  /** The name under which other tabs see that the session has changed. */
  get sessionKey(): string {
    return this.memory.full(SESSION);
  }

  forgetSession(): void {
    this.memory.set(SESSION, null);
  }

  async welcome(): Promise<Welcome> {
    return this.ask<Welcome>("GET", "welcome");
  }

  /** Sends a message; with the same id it may be sent again and is answered once. */
  async send(message: string, id: string): Promise<Reply[]> {
    if (this.session === null) {
      const begun = await this.ask<{ session: string }>("POST", "sessions");
      this.memory.set(SESSION, begun.session);
    }
    const body = { message, message_id: id };
    return (await this.ask<{ replies: Reply[] }>("POST", "messages", body)).replies;
  }

  async history(): Promise<Saying[]> {
    return (await this.ask<{ messages: Saying[] }>("GET", "history")).messages;
  }

  async rate(id: string, reply: number, helpful: boolean, reason?: Reason): Promise<void> {
    await this.ask("POST", "feedback", { message_id: id, reply, helpful, reason: reason ?? null });
  }

  /** Has the conversation deleted on the server, and forgets the session. */
  async delete(): Promise<void> {
    if (this.session === null) return;
    try {
      await this.ask("DELETE", "session");
    } catch (error) {
      if (!(error instanceof Failure && error.status === 401)) throw error;
    }
    this.forgetSession();
  }

  private async ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    const headers: Record<string, string> = {};
    if (this.session !== null) headers["Authorization"] = `Bearer ${this.session}`;
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), PATIENCE);
    try {
      const response = await fetch(`${this.server}/webhooks/web/${path}`, {
        method,
        headers,
        body: body === undefined ? null : JSON.stringify(body),
        credentials: "omit",
        cache: "no-store",
        referrerPolicy: "no-referrer",
        signal: controller.signal,
      });
      if (!response.ok) throw await refused(response);
      return (response.status === 204 ? undefined : await response.json()) as T;
    } catch (error) {
      if (error instanceof Failure) throw error;
      throw new Failure(unreached(controller.signal.aborted));
    } finally {
      clearTimeout(timer);
    }
  }
}

async function refused(response: Response): Promise<Failure> {
  if (response.status === 429) {
    const seconds = Number(response.headers.get("Retry-After")) || 10;
    return new Failure(`That was quick. Please try again in ${seconds} seconds.`, 429);
  }
  let said = "The advisor could not answer.";
  try {
    said = String(((await response.json()) as { error: unknown }).error);
  } catch {
    // A proxy's page instead of JSON.
  }
  return new Failure(said, response.status);
}

function unreached(late: boolean): string {
  if (late) return "The advisor took too long to answer.";
  if (!navigator.onLine) return "You are offline.";
  return "The advisor cannot be reached.";
}
