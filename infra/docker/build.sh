#!/bin/sh
# Builds the images of the named services, or of all: infra/docker/build.sh [service …]
# ENGINE is docker, podman or buildah; PREFIX and TAG say what the images are called.
set -eu
cd "$(dirname "$0")/../.."

engine=${ENGINE:-docker}
prefix=${PREFIX:-mooring}
tag=${TAG:-$(node -p "require('./package.json').version")}
file=infra/docker/Containerfile
case $engine in
  docker) ignore= ;;
  *) ignore="--ignorefile=$file.dockerignore" ;;
esac

[ $# -gt 0 ] || set -- edge registry telemetry signaling firmware-update printing api
for service in "$@"; do
  target=service
  [ "$service" != printing ] || target=with-browser
  # shellcheck disable=SC2086 # ignore is one word or none
  "$engine" build $ignore --file "$file" --build-arg "SERVICE=$service" --target "$target" \
    --tag "$prefix/$service:$tag" .
done
