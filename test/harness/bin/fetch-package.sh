#!/bin/sh
# Fetches a Debian package, with what it needs and this machine lacks, into a directory: without root and without
# installing anything. Writes a launcher DIRECTORY/NAME for each program, given by its path in the package.
# Usage: fetch-package.sh DIRECTORY PACKAGE PROGRAM...
set -eu
directory="$1"
package="$2"
shift 2
name="$(basename "$directory")"
mkdir -p "$(dirname "$directory")"
parent="$(cd "$(dirname "$directory")" && pwd)"
work="$(mktemp -d "$parent/.$package.XXXXXX")"
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/root"
options="-o Dir::State::Lists=$work/lists -o Dir::Cache=$work/cache -o Debug::NoLocking=1 -o APT::Sandbox::User= -o Acquire::Languages=none -o Acquire::Retries=2"
# shellcheck disable=SC2086
apt-get -qq $options update
# shellcheck disable=SC2086
apt-get -qq $options --yes --no-install-recommends --download-only install "$package"
for archive in "$work"/cache/archives/*.deb; do
  dpkg -x "$archive" "$work/root"
done
final="$parent/$name"
# Some libraries are in folders of their own that only an installed package would be known to have.
libraries="$(cd "$work/root" && find usr/lib lib -name '*.so*' -printf '%h\n' 2>/dev/null | sort -u | sed "s|^|$final/|" | paste -sd :)"
for program in "$@"; do
  launcher="$work/root/$(basename "$program")"
  cat > "$launcher" <<LAUNCHER
#!/bin/sh
export LD_LIBRARY_PATH="$libraries\${LD_LIBRARY_PATH:+:\$LD_LIBRARY_PATH}"
exec "$final/$program" "\$@"
LAUNCHER
  chmod 0755 "$launcher"
done
# Renamed into place, so that two who fetch at once never run half of it; the second one finds it there.
mv -T "$work/root" "$final" 2>/dev/null || test -x "$final/$(basename "$1")"
