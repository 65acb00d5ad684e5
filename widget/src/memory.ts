/** What a browser keeps over reloads and pages; in memory where it may keep nothing. */

export class Memory {
  private readonly kept = new Map<string, string>();

  /** @param name parts what several advisors on one site keep. */
  constructor(
    private readonly name: string,
    private readonly area: () => Storage = () => localStorage,
  ) {}

  get(key: string): string | null {
    try {
      return this.area().getItem(this.full(key)) ?? this.kept.get(key) ?? null;
    } catch {
      return this.kept.get(key) ?? null;
    }
  }

  /** Keeps a value; null forgets it. */
  set(key: string, value: string | null): void {
    this.kept.delete(key);
    try {
      if (value === null) this.area().removeItem(this.full(key));
      else this.area().setItem(this.full(key), value);
    } catch {
      if (value !== null) this.kept.set(key, value);
    }
  }

  full(key: string): string {
    return `career-advisor:${this.name}:${key}`;
  }
}
