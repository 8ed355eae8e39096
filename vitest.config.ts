import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: [
      { test: { name: "core", include: ["src/**/*.test.ts", "scripts/**/*.test.ts", "test/*.test.ts"], exclude: ["**/*.edge.test.ts"] } },
    ],
  },
});
