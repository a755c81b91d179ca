# The endpoint with the handlers in handlers/. Build: docker build -t taskrouter-endpoint .
#
# The images are named by their digest as well, so that a build today and one next year begin with the same bytes. For
# a newer one: docker buildx imagetools inspect node:22-slim

FROM node:22-slim@sha256:c3de60bf2f9dd0ac6370e6117950ff62d6e339527e7472301c9c78a017978392 AS build
WORKDIR /app
# Dependencies first: they change less often than the sources, and stay in the cache.
COPY package.json package-lock.json ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY scripts scripts
COPY src src
COPY handlers handlers
# TypeScript counts as optional too: a schema library names it as a peer that may be absent.
RUN npm run build && npm prune --omit=dev --omit=optional

FROM node:22-slim@sha256:c3de60bf2f9dd0ac6370e6117950ff62d6e339527e7472301c9c78a017978392
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
USER node
EXPOSE 3000
# By Node, since the image has no curl. Metrics and health may have a port and a host of their own.
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 \
  CMD ["node", "-e", "const e = process.env, host = (e.ADMIN_PORT ? e.ADMIN_HOST : e.HOST) || '', at = /^(|0\\.0\\.0\\.0|::)$/.test(host) ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host; fetch(`http://${at}:${e.ADMIN_PORT || e.PORT || 3000}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Node itself is process 1, so that SIGTERM reaches the endpoint and it can finish what is open.
CMD ["node", "dist/cli/main.js", "serve"]
