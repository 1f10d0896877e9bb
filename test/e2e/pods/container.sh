#!/bin/sh
# Becomes a container in namespaces that are new: root folder, list of mounts, working directory, user, group, command ….
# Each line of the list is `bind TO FROM ro|rw` or `tmpfs TO SIZE`. What is not in it cannot be seen, but for the programs
# and libraries of this machine in /usr, which stand for those of the image.
set -eu
root=$1 mounts=$2 directory=$3 user=$4 group=$5
shift 5

mount -t tmpfs -o mode=755 container "$root"
cd "$root"
mkdir usr proc dev
mount --rbind /usr usr
mount -o remount,bind,ro usr
for name in bin lib lib32 lib64 sbin; do
  [ ! -e "/$name" ] || ln -s "usr/$name" "$name"
done
mount -t proc proc proc
mount --rbind /dev dev

while read -r kind to from mode; do
  if [ "$kind" = tmpfs ]; then
    mkdir -p "./$to"
    mount -t tmpfs -o "mode=1777,size=$from" scratch "./$to"
    continue
  fi
  if [ -d "$from" ]; then
    mkdir -p "./$to"
  elif [ ! -e "./$to" ]; then
    mkdir -p "./$(dirname "$to")"
    : >"./$to"
  fi
  mount --bind "$from" "./$to"
  [ "$mode" = rw ] || mount -o remount,bind,ro "./$to"
done <"$mounts"

# readOnlyRootFilesystem, runAsUser, no capabilities, no way to gain any.
mount -o remount,ro .
exec chroot . setpriv --reuid="$user" --regid="$group" --clear-groups --inh-caps=-all --bounding-set=-all --no-new-privs \
  env -C "$directory" "$@"
