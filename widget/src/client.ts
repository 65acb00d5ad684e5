/** Talks to the server: one session, kept over reloads, and failures in words for users. */

import type { Memory } from "./memory.js";
import type { Reason, Reply, Saying, Welcome } from "./protocol.js";

/** Milliseconds that the server gets for an answer. */
const PATIENCE = 30_000;
const SESSION = "session";
const EARLIER = "earlier";
const ENDED = 401;

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

  /** Sessions of conversations before this one, which the server may still keep. */
  get earlier(): string[] {
    return this.memory.get(EARLIER)?.split(" ") ?? [];
  }

  /** Whether the server may keep something that this browser's user has said. */
  get kept(): boolean {
    return this.session !== null || this.earlier.length > 0;
  }

  /** Puts the session aside: what was said in it can still be deleted. */
  leaveSession(): void {
    if (this.session === null) return;
    this.memory.set(EARLIER, [...this.earlier, this.session].join(" "));
    this.memory.set(SESSION, null);
  }

  async welcome(): Promise<Welcome> {
    return this.ask<Welcome>("GET", "welcome");
  }

  /**
   * Sends a message; with the same id it may be sent again and is answered once.
   *
   * @param wanted whether it is still to be sent, once there is a session.
   */
  async send(message: string, id: string, wanted: () => boolean): Promise<Reply[]> {
    if (this.session === null) {
      const begun = await this.ask<{ session: string }>("POST", "sessions");
      if (!wanted()) return [];
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

  /** Has the conversation and all earlier ones deleted on the server, and forgets the sessions. */
  async delete(): Promise<void> {
    for (const session of [...this.earlier, ...(this.session ? [this.session] : [])]) {
      try {
        await this.ask("DELETE", "session", undefined, session);
      } catch (error) {
        // What the server does not know it does not keep for this browser either.
        if (!(error instanceof Failure && error.status === ENDED)) throw error;
      }
      this.forget(session);
    }
  }

  private forget(session: string): void {
    const rest = this.earlier.filter((other) => other !== session);
    this.memory.set(EARLIER, rest.join(" ") || null);
    if (session === this.session) this.memory.set(SESSION, null);
  }

  private async ask<T>(
    method: string,
    path: string,
    body?: unknown,
    session = this.session,
  ): Promise<T> {
    const headers: Record<string, string> = {};
    if (session !== null) headers["Authorization"] = `Bearer ${session}`;
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
