#!/bin/sh
# Builds the images of the named services, or of all: infra/docker/build.sh [service …]
# ENGINE is docker, podman or buildah; PREFIX and TAG say what the images are called, BASE what they stand on. Packages come
# from where npm takes them on this machine; NPMRC is a file with what npm needs besides, such as a token.
set -eu
cd "$(dirname "$0")/../.."

engine=${ENGINE:-docker}
prefix=${PREFIX:-mooring}
tag=${TAG:-$(node -p "require('./package.json').version")}
file=infra/docker/Containerfile
services=${*:-edge registry telemetry signaling firmware-update printing api}

# Whom this machine believes and where it fetches, for the steps that fetch; in no layer.
secrets=$(mktemp -d)
trap 'rm -rf "$secrets"' EXIT
node -p "require('node:tls').rootCertificates.join('\n')" >"$secrets/ca"
[ -z "${NODE_EXTRA_CA_CERTS:-}" ] || cat "$NODE_EXTRA_CA_CERTS" >>"$secrets/ca"
{
  [ -z "${NPMRC:-}" ] || cat "$NPMRC"
  echo "registry=$(npm config get registry)"
  echo "cafile=/run/secrets/ca"
} >"$secrets/npmrc"

set -- --file "$file" --secret "id=npmrc,src=$secrets/npmrc" --secret "id=ca,src=$secrets/ca" \
  --label "org.opencontainers.image.version=$tag"
[ "$engine" = docker ] || set -- "$@" --layers "--ignorefile=$file.dockerignore"
[ -z "${BASE:-}" ] || set -- "$@" --build-arg "BASE=$BASE"
for variable in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY; do
  ! printenv "$variable" >/dev/null || set -- "$@" --build-arg "$variable"
done

for service in $services; do
  on=plain
  [ "$service" != printing ] || on=with-browser
  "$engine" build "$@" --build-arg "SERVICE=$service" --build-arg "ON=$on" --tag "$prefix/$service:$tag" .
done
