// Lint rules of all TypeScript here. Formatting is prettier's business.
import convex from "@convex-dev/eslint-plugin";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

const MAKERS = {
  name: "../_generated/server",
  importNames: ["query", "mutation", "action"],
  message: "Public functions are made by authedQuery and authedMutation (model/functions.ts).",
};

export default defineConfig(
  globalIgnores(["convex/_generated/", "lib/ui/*/*/build/", ".venv/", ".earshot*/"]),
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      "@typescript-eslint/consistent-type-imports": "error",
      // Interfaces that return promises are implemented by functions that need not wait.
      "@typescript-eslint/require-await": "off",
      "@typescript-eslint/no-unused-vars": [
        "error",
        // A field is taken out of an object by naming it beside the rest.
        { ignoreRestSiblings: true, argsIgnorePattern: "^_", varsIgnorePattern: "^_" },
      ],
    },
  },
  ...convex.configs.recommended,
  {
    files: ["convex/**/*.ts"],
    // Deployment variables are read as they are: this project has no Convex components.
    rules: { "@convex-dev/no-process-env": "off" },
  },
  {
    files: ["convex/**/*.ts"],
    ignores: ["convex/model/functions.ts", "convex/**/*.test.ts"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          paths: [
            { ...MAKERS, name: "./_generated/server.js" },
            { ...MAKERS, name: "../_generated/server.js" },
          ],
        },
      ],
    },
  },
);
