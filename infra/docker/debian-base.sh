#!/bin/sh
# Makes a base for the images where none can be fetched: Debian's smallest system, with this machine's Node and npm where
# node's own images have them. infra/docker/debian-base.sh NAME, as root, with debootstrap and buildah; then
# BASE=NAME ENGINE=buildah infra/docker/build.sh
set -eu
name=$1
suite=bookworm

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
root=$folder/root
debootstrap --variant=minbase --include=ca-certificates,libstdc++6 "$suite" "$root" >"$folder/log" 2>&1 || {
  tail -n 20 "$folder/log" >&2
  exit 1
}
rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/var/log/*

npm=$(cd "$(dirname "$(readlink -f "$(command -v npm)")")/.." && pwd)
install -m 0755 "$(node -p process.execPath)" "$root/usr/local/bin/node"
mkdir -p "$root/usr/local/lib/node_modules"
cp -R "$npm" "$root/usr/local/lib/node_modules/npm"
ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
ln -s ../lib/node_modules/npm/bin/npx-cli.js "$root/usr/local/bin/npx"
# A Node that is made of shared libraries of this machine does not start elsewhere.
chroot "$root" npm --version >/dev/null

container=$(buildah from scratch)
buildah add --quiet "$container" "$root" / >/dev/null
buildah config --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin --cmd '["node"]' "$container"
buildah commit --quiet --rm "$container" "$name" >/dev/null
