import { env } from "node:process";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// Where `npm run dev` finds the API; the built page is served by the API itself.
const api = env.GSL_API_URL ?? "http://127.0.0.1:8000";

const own = { target: api, changeOrigin: false };

// What at least four pages need is one file, so that a first visit makes 7 requests for the list of runs, and not 28.
const SHARED = { name: "shared", minShareCount: 4, test: /^(?!.*plotly)/ };

export default defineConfig({
  base: "./", // the built page's addresses are relative; the server completes them, see backend/http/page.py
  plugins: [react()],
  // The API is told the page's own host: it refuses changes that seem to come from another site.
  server: { host: "127.0.0.1", proxy: { "/api": own, "^/\\?token=": own } },
  build: {
    chunkSizeWarningLimit: 1600, // Plotly is one chunk, loaded when the first figure is shown
    rolldownOptions: { output: { codeSplitting: { groups: [SHARED] } } },
  },
  test: { environment: "node", isolate: false, include: ["src/**/*.test.{ts,tsx}"] },
});
