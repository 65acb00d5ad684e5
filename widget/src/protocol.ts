/** What the server says; the shapes that bot/rendering.py and bot/channels/web make. */

export interface Figure {
  reference: string;
  value: number;
  unit: string;
  statistic: string;
  hedge: string | null;
  occupation: string | null;
  relation: string | null;
}

export interface Answer {
  topic: string;
  kind: string;
  lead: string;
  points: string[];
  caveat: string;
  source: string;
  own: number[];
  figures: Figure[];
  step?: [number, number] | null;
}

export interface Structured {
  answers: Answer[];
  suggestions: string[];
}

export interface Reply {
  text: string;
  data: Structured | null;
}

export interface Saying extends Reply {
  from: "user" | "advisor";
  at: number;
  message_id: string | null;
  reply?: number;
}

export interface Welcome {
  job: string;
  greeting: string;
  suggestions: string[];
  privacy: string;
  phone: string;
}

export type Reason = "wrong" | "outdated" | "not_what_i_asked";
