#!/bin/sh
# Fetches nats-server from Debian's packages into the given directory, without root and without installing a service.
set -eu
dest="$1"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$dest"
options="-o Dir::State::Lists=$work/lists -o Dir::Cache=$work/cache -o Debug::NoLocking=1 -o APT::Sandbox::User= -o Acquire::Languages=none -o Acquire::Retries=2"
# shellcheck disable=SC2086
apt-get -qq $options update
# shellcheck disable=SC2086
(cd "$work" && apt-get -qq $options download nats-server)
dpkg -x "$work"/nats-server_*.deb "$work/x"
# Renamed into place, so that two who fetch at once never run half a file.
install -m 0755 "$work/x/usr/sbin/nats-server" "$dest/.nats-server.$$"
mv "$dest/.nats-server.$$" "$dest/nats-server"
