#!/bin/sh
# Fetches Chromium, with what it needs and this machine lacks, from Debian's packages into the given directory: without
# root and without installing anything. Writes a launcher, DIRECTORY/chromium.
set -eu
name="$(basename "$1")"
mkdir -p "$(dirname "$1")"
parent="$(cd "$(dirname "$1")" && pwd)"
work="$(mktemp -d "$parent/.chromium.XXXXXX")"
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/root"
options="-o Dir::State::Lists=$work/lists -o Dir::Cache=$work/cache -o Debug::NoLocking=1 -o APT::Sandbox::User= -o Acquire::Languages=none -o Acquire::Retries=2"
# shellcheck disable=SC2086
apt-get -qq $options update
# shellcheck disable=SC2086
apt-get -qq $options --yes --no-install-recommends --download-only install chromium
for package in "$work"/cache/archives/*.deb; do
  dpkg -x "$package" "$work/root"
done
final="$parent/$name"
# Some libraries are in folders of their own that only an installed package would be known to have.
libraries="$(cd "$work/root" && find usr/lib -name '*.so*' -printf '%h\n' | sort -u | sed "s|^|$final/|" | paste -sd :)"
cat > "$work/root/chromium" <<LAUNCHER
#!/bin/sh
export LD_LIBRARY_PATH="$libraries\${LD_LIBRARY_PATH:+:\$LD_LIBRARY_PATH}"
exec "$final/usr/lib/chromium/chromium" "\$@"
LAUNCHER
chmod 0755 "$work/root/chromium"
# Renamed into place, so that two who fetch at once never run half a browser; the second one finds it there.
mv -T "$work/root" "$final" 2>/dev/null || test -x "$final/chromium"
