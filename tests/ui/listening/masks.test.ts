import fc from "fast-check";
import { expect, test } from "vitest";
import { piecesOf } from "../../../lib/ui/listening/transcript_player/src/masks.ts";

test("masks stand out, with what is behind them", () => {
  expect(piecesOf("mail [email] or [phone], [card][other]")).toEqual([
    { text: "mail ", masked: null },
    { text: "[email]", masked: "e-mail address" },
    { text: " or ", masked: null },
    { text: "[phone]", masked: "phone number" },
    { text: ", ", masked: null },
    { text: "[card]", masked: "card number" },
    { text: "[other]", masked: null },
  ]);
});

test("the pieces are the text", () => {
  const part = fc.constantFrom("[email]", "[phone]", "[card]", "[", "]", "a", "<b>", "\n");
  fc.assert(
    fc.property(fc.array(part), (parts) => {
      const text = parts.join("");
      expect(
        piecesOf(text)
          .map((piece) => piece.text)
          .join(""),
      ).toBe(text);
    }),
  );
});
