# Built with what the tests run under (`node` in package.json); SQLite comes with it.
ARG NODE=24.21.0-alpine

FROM node:${NODE} AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY nest-cli.json tsconfig.json tsconfig.build.json ./
COPY src src
RUN npx nest build \
  # What only developers need goes, a compiler that a dependency asks for as an option with it; nothing that is left runs a
  # script or is compiled.
  && npm ci --omit=dev --ignore-scripts --no-audit --no-fund \
  && rm -rf node_modules/typescript \
  && find node_modules -type f \( -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' -o -name '*.map' \) -delete \
  && mkdir data

FROM node:${NODE}
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=3000 \
    RAPPORT_DATA=/data
WORKDIR /app
COPY --from=build /build/package.json ./
COPY --from=build /build/node_modules node_modules
COPY --from=build /build/dist dist
COPY docker/prepare-kurrentdb.mjs docker/
# The embedded stores are here; with EventStoreDB and PostgreSQL, and the keys given by settings, nothing is.
COPY --from=build --chown=1000:1000 /build/data /data
VOLUME /data
# By number, so that an orchestrator can tell that it is not root. All but /data may be read-only.
USER 1000:1000
EXPOSE 3000
# That the process answers. Whether it can do its work says /readyz, which also fails while a store is away: no reason to
# restart it.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "--max-semi-space-size=16", "dist/cli.js"]
CMD ["serve"]
