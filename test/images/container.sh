#!/bin/sh
# Becomes the container of an image, in namespaces that are new: files, working directory, user, group, folders that can be
# written to, whether it has a shell, command …. Of everything else it can change nothing, nor gain any right.
set -eu
root=$1 directory=$2 user=$3 group=$4 writable=$5 shell=$6
shift 6

mount --rbind "$root" "$root"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
for folder in $writable; do
  mkdir -p "$root$folder"
  mount -t tmpfs -o mode=1777,size=256m scratch "$root$folder"
done
if [ "$shell" = without ]; then
  for program in bash dash; do
    [ -e "$root/usr/bin/$program" ] || continue
    mount --bind /dev/null "$root/usr/bin/$program"
    mount -o remount,bind,ro "$root/usr/bin/$program"
  done
fi
mount -o remount,bind,ro "$root"
# The last step is the image's own program: who changes users forgets with whom to die.
exec unshare --root="$root" --wd="$directory" \
  setpriv --pdeathsig=KILL --reuid="$user" --regid="$group" --clear-groups --inh-caps=-all --bounding-set=-all --no-new-privs "$@"
