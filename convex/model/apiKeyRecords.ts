/** What the functions of API keys return: to people, who see no hash, and to the API. */
import { v } from "convex/values";
import { apiKeyRow } from "./accountTables.ts";
import { named } from "./fields.ts";

const id = { id: v.string() };

export const apiKey = named("ApiKey", apiKeyRow.omit("hash", "formerHash").extend(id));
export const usableKey = named(
  "UsableKey",
  apiKeyRow.pick("name", "scope", "hash", "formerHash", "expiresAt").extend(id),
);
