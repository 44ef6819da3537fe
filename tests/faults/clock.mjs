// Preloaded into the Convex runtime: steps its clock by the milliseconds in the file EARSHOT_CLOCK.
import { readFileSync, watchFile } from "node:fs";

const file = process.env.EARSHOT_CLOCK;
const real = Date.now.bind(Date);
let offset = 0;

function read() {
  offset = Number(readFileSync(file, "utf8")) || 0;
}

read();
watchFile(file, { interval: 50, persistent: false }, read);

const Real = Date;
globalThis.Date = class extends Real {
  constructor(...given) {
    if (given.length === 0) super(real() + offset);
    else super(...given);
  }
  static now() {
    return real() + offset;
  }
};
