import { env } from "node:process";
import react from "@vitejs/plugin-react";
import { compression } from "vite-plugin-compression2";
import { defineConfig } from "vitest/config";

// Where `npm run dev` finds the API; the built page is served by the API itself.
const api = env.GSL_API_URL ?? "http://127.0.0.1:8000";

const own = { target: api, changeOrigin: false };

// Few files instead of many small ones: what every visit needs, and what several other pages share.
const START = { name: "start", tags: ["$initial" as const], priority: 2 };
const SHARED = { name: "shared", minShareCount: 2, priority: 1, test: /^(?!.*plotly)/ };

// Compressed once and well, when the page is built: see backend/http/page.py.
const COMPRESSED = compression({
  include: /assets\/.*\.(js|css)$/,
  algorithms: ["brotliCompress", "gzip"],
  threshold: 1000,
});

export default defineConfig({
  base: "./", // the built page's addresses are relative; the server completes them, see backend/http/page.py
  plugins: [react(), COMPRESSED],
  // The API is told the page's own host: it refuses changes that seem to come from another site.
  server: { host: "127.0.0.1", proxy: { "/api": own, "^/\\?token=": own } },
  build: {
    chunkSizeWarningLimit: 1600, // Plotly is one chunk, loaded when the first figure is shown
    rolldownOptions: { output: { codeSplitting: { groups: [START, SHARED] } } },
  },
  test: { environment: "node", isolate: false, include: ["src/**/*.test.{ts,tsx}"] },
});
