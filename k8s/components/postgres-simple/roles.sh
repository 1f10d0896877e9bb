# Makes one role and one database per service, when the server is set up. Later changes of a password are made by hand.
set -eu

role() {
  psql --no-psqlrc --set=ON_ERROR_STOP=1 --username=postgres --set=role="$1" --set=database="$2" --set=password="$3" <<'SQL'
CREATE ROLE :"role" LOGIN PASSWORD :'password';
CREATE DATABASE :"database" OWNER :"role";
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
SQL
}

role registry registry "$REGISTRY_PASSWORD"
role telemetry telemetry "$TELEMETRY_PASSWORD"
role signaling signaling "$SIGNALING_PASSWORD"
role firmware-update firmware "$FIRMWARE_UPDATE_PASSWORD"
