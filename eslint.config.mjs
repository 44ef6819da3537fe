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
  globalIgnores(["convex/_generated/", "lib/ui/*/*/build/", ".venv/", ".cover/", ".earshot*/"]),
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      "@typescript-eslint/consistent-type-imports": "error",
      // A number in a text is no mistake; `() => call()` needs no braces where nobody looks at the result.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": [
        "error",
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      // Objects are the maps of JSON and of Convex: fields come and go by name.
      "@typescript-eslint/no-dynamic-delete": "off",
      // Interfaces that return promises are implemented by functions that need not wait.
      "@typescript-eslint/require-await": "off",
      "@typescript-eslint/no-unused-vars": [
        "error",
        // A field is taken out of an object by naming it beside the rest.
        { ignoreRestSiblings: true, argsIgnorePattern: "^_", varsIgnorePattern: "^_" },
      ],
    },
  },
  {
    files: ["convex/**/*.test.ts", "tests/**/*.ts", "benchmarks/**/*.ts"],
    // What is not there fails the test as well as an assertion would.
    rules: { "@typescript-eslint/no-non-null-assertion": "off" },
  },
  ...convex.configs.recommended,
  {
    files: ["convex/**/*.ts"],
    // Deployment variables are read as they are: this project has no Convex components.
    rules: {
      "@convex-dev/no-process-env": "off",
      // A row that another row names is there: nothing deletes one without the other.
      "@typescript-eslint/no-non-null-assertion": "off",
    },
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
