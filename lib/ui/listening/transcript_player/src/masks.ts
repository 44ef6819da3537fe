/** Where personal data was masked in a text. No DOM here. */

export interface Piece {
  text: string;
  /** What stands behind the mask; null for text as it was said. */
  masked: string | null;
}

/** The masks that the functions put in, and what they stand for. */
const MEANINGS: Readonly<Record<string, string>> = {
  "[email]": "e-mail address",
  "[phone]": "phone number",
  "[card]": "card number",
};
const MASK = /(\[(?:email|phone|card)\])/;

/** Cut a text at its masks; together the pieces are the text again. */
export function piecesOf(text: string): Piece[] {
  return text
    .split(MASK)
    .filter((part) => part !== "")
    .map((part) => ({ text: part, masked: MEANINGS[part] ?? null }));
}
