/** What `npx convex codegen` would make: the builders of functions, typed by the schema. */

import {
  actionGeneric,
  httpActionGeneric,
  internalMutationGeneric,
  internalQueryGeneric,
  mutationGeneric,
  queryGeneric,
  type ActionBuilder,
  type DataModelFromSchemaDefinition,
  type GenericDatabaseReader,
  type MutationBuilder,
  type QueryBuilder,
} from "convex/server";
import type schema from "../schema.ts";

export type DataModel = DataModelFromSchemaDefinition<typeof schema>;
export type Reader = GenericDatabaseReader<DataModel>;

export const query = queryGeneric as QueryBuilder<DataModel, "public">;
export const internalQuery = internalQueryGeneric as QueryBuilder<DataModel, "internal">;
export const mutation = mutationGeneric as MutationBuilder<DataModel, "public">;
export const internalMutation = internalMutationGeneric as MutationBuilder<DataModel, "internal">;
export const action = actionGeneric as ActionBuilder<DataModel, "public">;
export const httpAction = httpActionGeneric;
