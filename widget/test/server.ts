/** A stand-in for the advisor behind `fetch`, and for what a browser has that Node has not. */

type Answer = (body: Record<string, unknown>) => unknown;

export interface Asked {
  method: string;
  path: string;
  session: string | null;
  body: Record<string, unknown>;
}

export class FakeServer {
  asked: Asked[] = [];
  /** By method and path; what it gives is the JSON of the answer, or a whole response. */
  answers: Record<string, Answer> = {
    "GET welcome": () => ({ privacy: "", greeting: "Hello", suggestions: [], phone: "", job: "" }),
    "POST sessions": () => ({ session: `session-${(this.issued += 1)}` }),
    "POST messages": ({ message, message_id }) => ({
      message_id,
      replies: [{ text: `You said ${message}`, data: null }],
    }),
    "GET history": () => ({ messages: [] }),
    "POST feedback": () => new Response(null, { status: 204 }),
    "DELETE session": () => new Response(null, { status: 204 }),
  };
  private issued = 0;

  constructor() {
    globalThis.fetch = (async (address: string, given: RequestInit) => {
      const path = new URL(address).pathname.replace("/webhooks/web/", "");
      const method = given.method ?? "GET";
      const bearer = (given.headers as Record<string, string>)["Authorization"];
      const body = given.body ? (JSON.parse(given.body as string) as Record<string, unknown>) : {};
      this.asked.push({ method, path, session: bearer?.replace("Bearer ", "") ?? null, body });
      const answer = await this.answers[`${method} ${path}`]?.(body);
      return answer instanceof Response ? answer : Response.json(answer);
    }) as typeof fetch;
  }

  /** What was asked of one path. */
  to(path: string): Asked[] {
    return this.asked.filter((asked) => asked.path === path);
  }
}

/** A refusal, as the advisor words it. */
export function refusal(status: number, headers: Record<string, string> = {}): Response {
  return Response.json({ error: "Refused.", remedy: "Do." }, { status, headers });
}

/** A promise that a test fulfils. */
export function later<T>(): { promise: Promise<T>; come: (value: T) => void } {
  let come!: (value: T) => void;
  const promise = new Promise<T>((done) => (come = done));
  return { promise, come };
}

/** A browser's storage. */
export function storage(): Storage {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
    get length() {
      return kept.size;
    },
  } as Storage;
}

export function online(yes: boolean): void {
  Object.defineProperty(globalThis, "navigator", { value: { onLine: yes }, configurable: true });
}
