#!/bin/sh
# Does what the entry point of the image `postgres` is documented to do: sets the server up once, runs what lies in
# /docker-entrypoint-initdb.d while nobody else can reach it, and becomes the server.
set -eu
sockets=unix_socket_directories=/var/run/postgresql
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  mkdir -p "$PGDATA"
  printf %s "$POSTGRES_PASSWORD" >/tmp/password
  initdb --pgdata="$PGDATA" --username=postgres --pwfile=/tmp/password --encoding=UTF8 --locale=C \
    --auth-local=trust --auth-host=scram-sha-256 --no-sync --no-instructions
  rm /tmp/password
  echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
  pg_ctl --pgdata="$PGDATA" --wait --options="-c listen_addresses= -c $sockets" start
  for file in /docker-entrypoint-initdb.d/*.sh; do
    . "$file"
  done
  pg_ctl --pgdata="$PGDATA" --wait --mode=fast stop
fi
exec postgres -c listen_addresses='*' -c "$sockets" "$@"
