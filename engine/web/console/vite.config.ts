import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  base: "/console/",
  plugins: [react()],
  build: { outDir: "../static", emptyOutDir: true, target: "es2022", assetsInlineLimit: 0 },
  html: { cspNonce: "CSP_NONCE" }, // pages.py puts a fresh one in its place at every request
});
