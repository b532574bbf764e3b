# syntax=docker/dockerfile:1
# One static binary on an image without a shell. docs/operations.md tells how to
# run it: read-only root, not root, one volume.

FROM node:20-bookworm-slim AS web
WORKDIR /src/webapp
COPY webapp/package.json webapp/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY webapp ./
RUN npm run build

FROM golang:1.27-bookworm AS go
# The image keeps to its own Go; go.mod may name a newer patch.
ENV GOTOOLCHAIN=auto
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
COPY --from=web /src/webapp/dist webapp/dist
ARG VERSION=unknown
RUN CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags "-s -w -X main.version=${VERSION}" -o /out/chaski . \
    && mkdir -p /out/data

# Certificates of the public authorities (mail, ACME), time zones, user 65532.
FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=go /out/chaski /chaski
COPY --from=go --chown=65532:65532 /out/data /data
USER 65532:65532
ENV CHASKI_HTTP=0.0.0.0:8090 \
    CHASKI_LOG_FORMAT=json \
    CHASKI_LOG_LEVEL=info
VOLUME /data
EXPOSE 8090
HEALTHCHECK --interval=30s --timeout=6s --start-period=60s CMD ["/chaski", "health"]
ENTRYPOINT ["/chaski"]
CMD ["serve", "--dir", "/data"]
