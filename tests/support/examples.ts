/** Everybody's run generates the same values; the long forms (`make fuzz`) look for new ones. */

import fc from "fast-check";

if (process.env["EARSHOT_EXAMPLES"] !== "random") fc.configureGlobal({ seed: 20_261_124 });
