/** How a network counts a text, before it is sent. */
export interface Measure {
  /** Length as the network counts it. */
  readonly length: number;
  readonly limit: number;
  /** "characters", "graphemes". */
  readonly unit: string;
  /** The exact public texts in order: one, or several where the adapter splits a long answer into a thread. */
  readonly parts: readonly string[];
  /** Why it cannot be sent, in words; null when it can. */
  readonly problem: string | null;
  /** What a person should know before they send it, without being kept from it: “The link costs $0.20.” */
  readonly notice?: string;
}

/** The account we speak as. */
export interface Account {
  /** "@brand.example": as people see it. */
  readonly handle: string;
  readonly url: string | null;
}
