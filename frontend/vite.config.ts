import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const backend = process.env.QUARRY_BACKEND ?? "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [react()],
  base: "/",
  build: {
    target: "es2022",
    assetsDir: "assets",
    // Fonts stay files: a data: address would need a wider Content Security Policy.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 600,
  },
  server: {
    host: "127.0.0.1",
    proxy: Object.fromEntries(["/api", "/_allauth"].map((path) => [path, { target: backend }])),
  },
  // Carbon still writes if() the way Sass will drop; that is for Carbon to mend.
  css: { preprocessorOptions: { scss: { quietDeps: true } } },
  test: { environment: "jsdom", setupFiles: "src/testing/setup.ts", restoreMocks: true },
});
