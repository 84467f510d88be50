// What a record may cost. Every step of the scan is linear, but a record made of nothing but beginnings of secrets makes it look closer at
// every byte, a hundred times as slowly as at a log. What goes on like that is withheld: a time-out that let it pass would be a way around
// the scan, and one on the clock would not give the same answer twice.

/** Nanoseconds that a record may cost whatever its length. */
const allowance = 5_000_000
/** Nanoseconds a byte on top: twice what a log takes of which one line in a hundred holds a secret. */
const perByte = 10

/** The budget of the record being scanned. Costs are estimates in nanoseconds, measured on one 2.x GHz core; not the clock. */
export interface Effort {
  left: number
}

/** The budget of a record of so many bytes. */
export function budgetOf(bytes: number): number {
  return allowance + perByte * bytes
}

/** Estimates by step; what costs by the byte has its rate. */
export const costs = {
  /** A hit of a token's literal, up to its rejection. */
  literal: 150,
  /** A token that a hand-written matcher found. */
  match: 200,
  /** A hit of a key word, up to its rejection. */
  keyWord: 250,
  /** More, where a value may stand anywhere near it. */
  near: 1000,
  /** The key, its separator and its value, read. */
  pair: 400,
  /** A value, measured and compared with what is no secret. */
  value: 700,
  /** A candidate: compared with placeholders. */
  candidate: 100,
  /** A byte of a candidate that allow patterns and checks get to see. */
  candidateByte: 10,
  /** A pattern tested. */
  test: 400,
  /** A pattern found, with its group. */
  search: 5000,
  searchedByte: 5,
  matchedByte: 40,
  /** What may be a listed secret, fingerprinted. */
  fingerprint: 2500,
  fingerprintByte: 4,
  /** A finding, with what replaces it. */
  finding: 1200,
  findingByte: 3,
  /** A text that was decoded. */
  decode: 400,
  decodedByte: 8
} as const
